import type { StudyDefinition } from "../../experiments/study/definition.js";
import { judgement } from "./claims.js";
import { presentation } from "./presentation.js";
import { profiles } from "./profiles.js";

/** FlatENN's claims on LeNet-5 and Fashion-MNIST, W4A4. */
export const lenet5Fashion: StudyDefinition = {
  name: "lenet5-fashion",
  profiles,
  judgement,
  presentation,
  freezes: [
    {
      profile: "full",
      commit: "ae8b3e0",
      settings: "b8f12c3c036499d3d0ec4be1271950788ccd5faa76c65bd4c6bc62b2537b7e24",
      judgement: "a64c4535ef140b77c4300c4fd425f978d26ee4bdadebc830107a7581091ba11c",
    },
    {
      profile: "version-2",
      commit: "20a7755",
      settings: "b5a19218555d68109dfe3760e80e3d5b24d655588c9a6ecd315b50d2e5a8bbf2",
      judgement: "658c22169f37e6880665375810002873434987cf62088ea384a5dd244a7e0080",
    },
  ],
};
