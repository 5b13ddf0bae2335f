export type { BitRow, BitSummary, SingleBitResults, Stratum } from "./single-bit.js";
export { planSingleBits, summarizeBits } from "./single-bit.js";
