import { trainingData } from "../experiments/campaign/images.js";
import { bitsOfStudy, estimate } from "../experiments/planning/estimate.js";
import { measureSpeeds } from "../experiments/planning/measure-speeds.js";
import { type Bits, bitsLabel } from "../networks/bits.js";
import { loadStudy, type StudyOptions } from "./selection.js";

/** `flatenn plan` */
export async function planCommand({ study: name, profile }: StudyOptions): Promise<void> {
  const study = loadStudy(name, profile);
  const speeds = await measureSpeeds(study);
  const plan = estimate(study, trainingData(study).train.length, speeds);
  const count = (value: number) => Math.round(value).toLocaleString("en");
  const perMinute = (bits: Bits) => `${count(60 * speeds.trials(bits))} trials/min`;
  const hours = (seconds: number) => `${(seconds / 3600).toFixed(1)} core-hours`;
  console.log(`Study ${study.name}, profile ${study.profile}`);
  console.log(
    `  measured now, one process: ${count(speeds.conventional)} images/s conventional, ${count(speeds.twoPass)} with two ` +
      `passes (${bitsLabel(study.bits)}, batch ${study.quantized.batch}), ${perMinute(study.bits)} (${speeds.engine})`,
  );
  for (const bits of bitsOfStudy(study).slice(1))
    console.log(`    of networks with ${bitsLabel(bits)} ${perMinute(bits)}`);
  console.log(
    `  training: ${plan.networks} networks, ${count(plan.steps)} steps, ${hours(plan.trainingSeconds)}`,
  );
  console.log(`  campaign: ${count(plan.trials)} trials, ${hours(plan.campaignSeconds)}`);
  console.log(
    `  files: checkpoints ${plan.checkpointMegabytes.toFixed(0)} MB, trials ${plan.trialMegabytes.toFixed(0)} MB`,
  );
  if (study.selection)
    console.log(
      "  This counts the grids to begin with; each value that a stage adds is one more network a seed.",
    );
}
