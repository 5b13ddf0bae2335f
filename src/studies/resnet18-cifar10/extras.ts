import type { ExtraCampaign } from "../../experiments/study/study.js";

const arms = ["standard", "standard-saq", "as", "as-saq", "as-high", "as-high-saq"];

/**
 * The main arms elsewhere: in the other encoding, without faults in the stem, which has few weights and much of the spread
 * between maps, and with faults in one part at a time, at rates at which a part with few bits has some. Stages are named by the
 * beginning of their layers' names.
 */
export const EXTRAS: readonly ExtraCampaign[] = [
  { id: "twos-complement", arms, encoding: "twos-complement" },
  { id: "all-but-the-stem", arms, layers: ["!stem"] },
  {
    id: "parts",
    arms,
    layers: ["stem", "s1*", "s2*", "s3*", "s4*", "fc"],
    rates: [0.003, 0.01, 0.02],
    maps: 10,
  },
];
