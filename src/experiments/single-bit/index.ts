export type { BitRow, BitSummary, SamplingOptions, SingleBitResults, Stratum } from "./single-bit.js";
export { planSingleBits, summarizeBits } from "./single-bit.js";
