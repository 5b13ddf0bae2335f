import { setImmediate } from "node:timers/promises";
import { JOB, type JobOptions, requireJob } from "../../base/progress.js";
import { addFindings, openDocument, type SharpnessDocument } from "./documents.js";
import { type Part, partsOf, type SharpnessSubject, WORK } from "./measure-network.js";
import type { OpenSubject } from "./subject.js";

/**
 * Measures what the document at a path lacks, and stores each part as soon as it is done.
 * @param backend what computes, for the record
 * @throws UserError if the document was made of another network or with other settings; the signal's reason when aborted
 */
export async function measureSharpness(
  { head, layers, subject }: OpenSubject,
  path: string,
  options: JobOptions & { readonly backend: Readonly<Record<string, unknown>> },
): Promise<SharpnessDocument> {
  const { backend, onProgress, signal } = requireJob("measureSharpness", options, { backend: true, ...JOB });
  let document = openDocument(path, head, { layers, backend });
  let spent = 0;
  let report = () => {};
  const counted = counting(subject, (work) => {
    spent += work;
    report();
  });
  const parts = partsOf(counted, head.settings);
  const isDone = ({ name }: Part) => document.done.includes(name);
  const of = parts.reduce((sum, { work }) => sum + work, 0);
  let done = parts.filter(isDone).reduce((sum, { work }) => sum + work, 0);
  let [before, begun] = [0, performance.now()];
  for (const part of parts) {
    if (isDone(part)) continue;
    spent = 0;
    report = () =>
      onProgress?.({
        done: done + Math.min(spent, part.work),
        of,
        rate: (1000 * (before + spent)) / (performance.now() - begun),
        unit: "losses/s",
        note: part.name,
      });
    document = addFindings(path, document, part.name, part.find());
    done += part.work;
    before += spent;
    await setImmediate();
    signal?.throwIfAborted();
  }
  return document;
}

/** The subject, telling of all that it evaluates. */
function counting(subject: SharpnessSubject, tell: (work: number) => void): SharpnessSubject {
  const counted =
    <A, B>(work: number, f: (argument: A) => B) =>
    (argument: A) => {
      const result = f(argument);
      tell(work);
      return result;
    };
  const { surface, product, codeLoss } = subject;
  return {
    ...subject,
    surface: {
      weights: surface.weights,
      loss: counted(WORK.loss, surface.loss),
      gradient: counted(WORK.gradient, surface.gradient),
    },
    product: counted(WORK.product, product),
    codeLoss: counted(WORK.codeLoss, codeLoss),
  };
}
