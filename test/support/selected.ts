import type { Arm } from "../../src/studies/index.js";
import {
  ablationArms,
  claimArms,
  controlArms,
  highArms,
  type SelectedParameters,
} from "../../src/studies/lenet5-fashion/arms.js";

/** Parameters that stay what they are when the full study's are selected. */
const selected: SelectedParameters = {
  as: 1e-4,
  asHigh: 1e-2,
  standardSaq: 0.2,
  asSaq: 0.2,
  asHighSaq: 0.2,
  clipped: 2,
  samLatent: 0.2,
  samRequantized: 0.2,
  hoyer: 1e-3,
  fatRelu: 0.4,
};

/** The full study's arms with these. */
export const ALL_ARMS: readonly Arm[] = [
  ...claimArms(selected),
  ...highArms(selected),
  ...controlArms(selected),
  ...ablationArms(selected),
];
