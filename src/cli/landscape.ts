import { UserError } from "../base/errors.js";
import { duration } from "../base/progress-text.js";
import { addToManifest } from "../experiments/results/manifest.js";
import {
  type LandscapeHead,
  landscapePath,
  landscapeSteps,
  measureLandscape,
} from "../experiments/sharpness/landscape.js";
import { SHARPNESS } from "../experiments/sharpness/settings.js";
import { SHARPNESS_FOLDER } from "../experiments/sharpness/stored.js";
import { openSubject } from "../experiments/sharpness/subject.js";
import { loadBackend } from "../tensors/backend/index.js";
import { progressReporter } from "./progress-line.js";
import { chosenNetworks, eachNetwork, type NetworksOptions, readTrained } from "./sharpness.js";

export interface LandscapeOptions extends NetworksOptions {
  readonly images: number;
  readonly points: number;
  /** Two names of directions, separated by a comma. */
  readonly plane: string;
  /** Absent: random ones, the gradient and the study's faults. */
  readonly lines?: string;
}

/** `flatenn landscape` */
export async function landscape(options: LandscapeOptions): Promise<void> {
  const { study, networks, checkpoints, out } = chosenNetworks(options);
  const steps = landscapeSteps(options.points);
  const plane = named(options.plane);
  const lines = options.lines === undefined ? usualLines(study.campaign.faults) : named(options.lines);
  if (plane.length !== 0 && plane.length !== 2)
    throw new UserError(
      `--plane must name two directions, such as random:0,saq, or none, got ${options.plane}`,
    );
  await eachNetwork("landscape", networks, options, async ({ arm, seed }) => {
    await loadBackend();
    const checkpoint = readTrained(study, checkpoints, { arm, seed }, options);
    const { head, subject, dispose } = openSubject(study, checkpoint, {
      ...SHARPNESS,
      images: options.images,
    });
    const { settings: _, maps: __, ...about } = head;
    const directionKey = [study.name, "sharpness", "direction", seed];
    const source = { ...subject, coded: subject.network.layers, key: directionKey };
    const wanted = [
      { kind: "lines", directions: lines },
      { kind: "plane", directions: plane },
    ] as const;
    for (const { kind, directions } of wanted) {
      if (directions.length === 0) continue;
      const started = performance.now();
      const found: LandscapeHead = { ...about, kind, directions, steps, directionKey };
      const report = progressReporter(`landscape of ${arm}, seed ${seed}`);
      const path = landscapePath(out, found);
      await measureLandscape(found, source, path, { onProgress: report.update });
      report.finish(`${path} (${duration((performance.now() - started) / 1000)})`);
    }
    dispose();
  });
  if (!process.send) addToManifest(out, SHARPNESS_FOLDER);
}

/** Random directions of a landscape's lines, where none are named. */
const RANDOM_LINES = 5;

function usualLines(faults: readonly string[]): string[] {
  return [...Array.from({ length: RANDOM_LINES }, (_, i) => `random:${i}`), "saq", ...faults];
}

function named(list: string): string[] {
  return list === "none" ? [] : list.split(",");
}
