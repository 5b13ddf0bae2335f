export { readCurves } from "./curves.js";
export { publishedDirectory, readResults, readResultsFrom, resultsOf, writeResults } from "./results.js";
export type { CurveRow, Failure, NetworkRow, Results, StudyOfResults, TrialRow } from "./rows.js";
export type { Store } from "./store.js";
export { openStore } from "./store.js";
export { dependenciesOf, FLOAT, failureOf, trainedNetwork } from "./trained-network.js";
export { readTrials } from "./trial-table.js";
export type { Trials } from "./trials.js";
export { openTrials, storedTrials } from "./trials.js";
