export type { JobOptions } from "./jobs.js";
export { campaignImages, FLOAT, isEvaluated, isTrained, runCampaign, trainNetwork } from "./jobs.js";
export type { Trial } from "./plan.js";
export { planTrials } from "./plan.js";
export type { OnProgress, Progress } from "./progress.js";
export { publishedDirectory, readResults, readResultsFrom, resultsOf, writeResults } from "./results.js";
export type { Store } from "./store.js";
export { openStore } from "./store.js";
