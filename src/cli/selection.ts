import { join } from "node:path";
import { openStore, type Store } from "../campaign/store.js";
import { UserError } from "../errors.js";
import { studyHash } from "../studies/hash.js";
import { findStudy } from "../studies/registry.js";
import type { Study } from "../studies/study.js";

/** Options that every command has. */
export interface StudyOptions {
  readonly study: string;
  readonly profile: string;
}

/** Options of the commands that work in the folder of a run. */
export interface RunOptions extends StudyOptions {
  readonly seed?: number;
  readonly out?: string;
}

/** The study that options name, and the folder of its run. */
export function openRun({ study: name, profile, out }: RunOptions): { study: Study; store: Store } {
  const study = findStudy(name, profile);
  // the settings are part of the name: a changed study starts a new folder and loses nothing of the old one
  const directory = out ?? join("data", "runs", `${name}-${profile}-${studyHash(study).slice(0, 8)}`);
  return { study, store: openStore(study, directory) };
}

/** The seeds that options ask for. @throws UserError for one that the study does not have */
export function seedsOf(study: Study, seed: number | undefined): readonly number[] {
  if (seed === undefined) return study.seeds;
  if (study.seeds.includes(seed)) return [seed];
  throw new UserError(
    `--seed must be one of ${study.seeds.join(", ")} in profile ${study.profile}, got ${seed}`,
  );
}
