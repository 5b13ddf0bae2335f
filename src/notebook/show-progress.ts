import { randomUUID } from "node:crypto";
import type { OnProgress } from "../base/progress.js";
import { progressText } from "../base/progress-text.js";
import { emit } from "./emit.js";

/** Time between two updates. */
const EVERY_MS = 200;

/**
 * Shows how far a long call is, in one line below the cell that is replaced as the call goes on:
 * `runCampaign(study, store, networks, { onProgress: showProgress("faults") })`. What is left in the notebook names
 * no times, so that two runs are equal: `faults: 844 of 844`. Outside a kernel only that is printed.
 */
export function showProgress(title: string): OnProgress {
  const id = randomUUID();
  const describe = progressText();
  let shown: number | undefined;
  return (progress) => {
    const { done, of } = progress;
    const ended = done >= of;
    const now = performance.now();
    const described = describe(progress); // also when it is not shown: it measures
    if (!ended && shown !== undefined && now - shown < EVERY_MS) return;
    const text = ended ? `${title}: ${done} of ${of}` : `${title}: ${described}`;
    const sent = emit({ "text/plain": text }, { id, replace: shown !== undefined });
    if (!sent && ended) console.log(text);
    shown = now;
  };
}
