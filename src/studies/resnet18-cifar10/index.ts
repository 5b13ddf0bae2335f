import type { StudyDefinition } from "../../experiments/study/definition.js";
import { judgement } from "./claims.js";
import { presentation } from "./presentation.js";
import { profiles } from "./profiles.js";

/** FlatENN's claims on a ResNet-18 of width 16 and CIFAR-10, W4A4. Not frozen yet: docs/protocol.md section 9 has the plan. */
export const resnet18Cifar10: StudyDefinition = {
  name: "resnet18-cifar10",
  profiles,
  judgement,
  presentation,
};
