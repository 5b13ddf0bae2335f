import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, InvalidArgumentError, Option } from "commander";
import type { MapRange } from "./maps.js";

const FROM_CHECKPOINTS =
  "where the trained networks are (default: the run's own; if it has none, those that come with the repository)";

/**
 * The command line. Bad options end with exit code 2, a user's other mistakes with 1, an interrupt with 130. Each command is
 * loaded when it is called: those that do not train work where no TensorFlow is.
 */
export function program(): Command {
  const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
  const root = new Command("flatenn")
    .description("Fault tolerance of activation-sparse quantized networks: reproduces the claims of FlatENN.")
    .version(version)
    .showHelpAfterError("(flatenn --help lists the commands and options)")
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2));

  const command = (name: string, description: string, example: string) =>
    plain(name, description, example)
      .option("--study <name>", "which study, or a .json file with one of your own", "lenet5-fashion")
      .option(
        "--profile <name>",
        "quick (minutes, exploratory) or full; a .json study is a profile of its own",
        "quick",
      );
  const plain = (name: string, description: string, example: string) =>
    root
      .command(name)
      .description(description)
      .option("--verbose", "show a stack trace when something goes wrong")
      .addHelpText("after", `\nExample:\n  ${example}`);

  command(
    "reproduce",
    "do all that is still to be done of a study: train, inject faults, draw figures, print the claims",
    "flatenn reproduce --profile quick",
  )
    .option(
      "--out <folder>",
      "folder of the run (default: data/runs/<study>-<profile>-<hash of the settings>)",
    )
    .addOption(several("--arm <id>", "only this arm, and what others need of it is withheld", "all"))
    .option("--jobs <n>", "processes side by side (default: one per core)", jobs)
    .option(
      "--figures <folder>",
      "where figures and tables go (default: figures/<study>-<profile>; of the full profile figures/<study>)",
    )
    .action(async (options) => (await import("./reproduce.js")).reproduce(options));
  command(
    "train",
    "train one arm, or all, on from the last finished epoch",
    "flatenn train --profile quick --arm as-saq --seed 0",
  )
    .option(
      "--arm <id>",
      "one arm, or float for the network that all arms start from (default: float, then every arm)",
    )
    .option("--seed <n>", "one seed of the study (default: all)", wholeNumber)
    .option("--out <folder>", "folder of the run")
    .action(async (options) => (await import("./train.js")).trainCommand(options));
  command(
    "campaign",
    "inject faults into trained networks and count what they still classify correctly",
    "flatenn campaign --profile quick --arm as-saq",
  )
    .option("--arm <id>", "one arm (default: all)")
    .option("--seed <n>", "one seed of the study (default: all)", wholeNumber)
    .option("--checkpoints <folder>", FROM_CHECKPOINTS)
    .addOption(
      several(
        "--fault <model>",
        "a fault model in place of the study's, by id or as a module of your own",
        "the study's",
      ),
    )
    .option("--jobs <n>", "worker threads (default: one per core)", jobs)
    .option(
      "--precision <points>",
      "run fault maps until the 95 % interval of each mean accuracy is within +- this (default: the study's maps)",
      positiveNumber,
    )
    .option(
      "--max-maps <n>",
      "with --precision: the most maps for a network, fault and rate (default: 200)",
      positiveInteger,
    )
    .option("--out <folder>", "folder of the run")
    .action(async (options) => (await import("./campaign.js")).campaign(options));
  command(
    "single-bit",
    "make one stored weight bit faulty at a time, and tell what that costs by layer and bit position",
    "flatenn single-bit --arm as",
  )
    .option("--arm <id>", "which arm (default: the first of the study)")
    .option("--seed <n>", "which seed (default: the first of the study)", wholeNumber)
    .option("--checkpoint <file>", "a trained network's file, in place of arm and seed")
    .option("--checkpoints <folder>", FROM_CHECKPOINTS)
    .option("--fault <model>", "what the fault does: flip, sa0, sa1 or a module of your own", "flip")
    .option("--images <n>", "only the first n images of the study's campaign", positiveInteger)
    .option("--exhaustive <bits>", "test layers of at most so many bits completely", wholeNumber, 10_000)
    .option("--margin <e>", "of larger layers, sample each bit position for this margin", fraction, 0.01)
    .option("--all", "test every bit of every layer")
    .option(
      "--out <folder>",
      "folder of the run; with --checkpoint, where the analysis goes (default: data/runs)",
    )
    .action(async (options) => (await import("./single-bit.js")).singleBit(options));
  const ofNetworks = (of: Command) =>
    of
      .option(
        "--results <folder>",
        "folder of a run (default: the results that come with the repository, of --study and --profile)",
      )
      .option("--checkpoints <folder>", FROM_CHECKPOINTS)
      .addOption(several("--arm <id>", "which arm", "all"))
      .option("--seed <n>", "which seed (default: all)", wholeNumber)
      .option("--jobs <n>", "processes side by side (default: one per core)", jobs)
      .option("--out <folder>", "its folder `sharpness` gets what is measured (default: folder of the run)");
  ofNetworks(
    command(
      "sharpness",
      "measure how sharp the minima of trained networks are, on training images; goes on from what is done",
      "flatenn sharpness --results data/results/lenet5-fashion-quick --arm as --seed 0",
    ),
  )
    .option("--settings <file>", "a .json file with settings of the measures to be changed")
    .action(async (options) => (await import("./sharpness.js")).sharpness(options));
  ofNetworks(
    command(
      "landscape",
      "evaluate the loss around the weights of trained networks, along lines and in a plane; goes on from what is done",
      "flatenn landscape --arm as --plane random:0,saq",
    ),
  )
    .option(
      "--lines <directions>",
      "random:<n>, saq, flip, sa0, sa1, separated by commas, or none",
      "random:0,random:1,random:2,random:3,random:4,saq,flip,sa0,sa1",
    )
    .option("--plane <directions>", "two of them, or none", "random:0,random:1")
    .option(
      "--points <n>",
      "points of a line and of each side of the plane, an odd number",
      positiveInteger,
      51,
    )
    .option("--images <n>", "training images", positiveInteger, 1024)
    .action(async (options) => (await import("./landscape.js")).landscape(options));
  command(
    "figures",
    "draw figures (.svg, .png, .json) and tables (.csv, .md) from results, or of a selection",
    "flatenn figures --out figures/mine",
  )
    .option(
      "--results <folder>",
      "folder of a finished run (default: the results that come with the repository)",
    )
    .option("--sharpness <folder>", "folder whose `sharpness` was measured (default: that of the results)")
    .option(
      "--out <folder>",
      "where they go (default: figures/<study>-<profile>; of the full profile figures/<study>)",
    )
    .option("--all", "draw everything that comes with the repository")
    .action(async (options) => (await import("./figures.js")).figures(options));
  command(
    "claims",
    "print the claims table from results",
    "flatenn claims --results data/results/lenet5-fashion-quick",
  )
    .option(
      "--results <folder>",
      "folder of a finished run (default: the results that come with the repository)",
    )
    .option("--sharpness <folder>", "folder whose `sharpness` was measured (default: that of the results)")
    .option("--out <file>", "also write the table: .csv, .md or .html by the ending")
    .action(async (options) => (await import("./claims.js")).claimsCommand(options));
  command(
    "select",
    "choose the full profile's parameters on validation images; goes on from what is done",
    "flatenn select --profile selection",
  )
    .option("--out <folder>", "folder of the run")
    .option("--jobs <n>", "processes side by side (default: one per core)", jobs)
    .action(async (options) => (await import("./select.js")).select(options));
  command(
    "plan",
    "estimate steps, hours and megabytes of a study, with speeds measured now on this machine",
    "flatenn plan --profile full",
  ).action(async (options) => (await import("./plan.js")).planCommand(options));
  root
    .command("candidate", { hidden: true }) // one network of a selection: what `select` runs in processes of its own
    .requiredOption("--study <name>")
    .requiredOption("--profile <name>")
    .requiredOption("--out <folder>")
    .requiredOption("--arm <id>")
    .requiredOption("--seed <n>", "", wholeNumber)
    .option("--verbose")
    .action(async (options) => (await import("./select.js")).candidate(options));
  const results = (of: Command) =>
    of
      .option("--results <folder>", "folder of a run (default: the results that come with the repository)")
      .option("--checkpoints <folder>", FROM_CHECKPOINTS)
      .addOption(
        several("--fault <module>", "module of a fault model of your own that the results name", "none"),
      );
  results(
    command(
      "verify",
      "check published results: every checksum, and a random sample of the trials recomputed",
      "flatenn verify --results data/results/lenet5-fashion-quick --all",
    ),
  )
    .addOption(
      new Option("--share <fraction>", "share of the trials to recompute, at least 10 (default: 0.01)")
        .argParser(positiveNumber)
        .conflicts("all"),
    )
    .option("--all", "recompute all trials")
    .addOption(several("--arm <id>", "draw from the trials of this arm only", "all"))
    .option("--sample-seed <n>", "draw the same trials again (default: others each time)", wholeNumber)
    .option("--jobs <n>", "worker threads (default: one per core)", jobs)
    .action(async (options) => (await import("./verify.js")).verify(options));
  results(
    command(
      "replay",
      "run one trial again and show its faulty bits and what they do to each class",
      "flatenn replay 8df7 --out trial.csv",
    ),
  )
    .argument("<trial>", "id of the trial (column id of trials.parquet), or the beginning of one")
    .option("--all", "show every faulty bit")
    .option("--out <file>", "write every faulty bit: .csv, or .json with all that is known of the trial")
    .action(async (trial, options) => (await import("./replay.js")).replay(trial, options));
  command("maps", "write fault maps as safetensors files, which Python reads", "flatenn maps --map 0-9")
    .addOption(
      several(
        "--fault <model>",
        "a fault model in place of the study's, by id or as a module of your own",
        "the study's",
      ),
    )
    .option("--map <n>", "index of a map, or a range such as 0-9 (default: all of the study)", mapRange)
    .option("--out <folder>", "where they go", join("data", "maps"))
    .action(async (options) => (await import("./maps.js")).maps(options));
  plain("data", "check the data set's files and say how it is split", "flatenn data").action(async () =>
    (await import("./data.js")).data(),
  );
  return root;
}

function wholeNumber(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 0)
    throw new InvalidArgumentError(`must be a whole number >= 0, got ${text}`);
  return value;
}

/** An option that may be given more than once. @param otherwise what it stands for when it is not given */
function several(flags: string, description: string, otherwise: string): Option {
  return new Option(flags, `${description}; may be given more than once`)
    .argParser((value: string, before: readonly string[]) => [...before, value])
    .default([], otherwise);
}

function mapRange(text: string): MapRange {
  const [, first, last = first] = /^(\d+)(?:-(\d+))?$/.exec(text) ?? [];
  if (first === undefined || Number(first) > Number(last))
    throw new InvalidArgumentError(`must be an index such as 7 or a range such as 0-9, got ${text}`);
  return { first: Number(first), last: Number(last) };
}

function positiveNumber(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < Infinity)) throw new InvalidArgumentError(`must be a number > 0, got ${text}`);
  return value;
}

function fraction(text: string): number {
  const value = Number(text);
  if (!(value > 0 && value < 1)) throw new InvalidArgumentError(`must be above 0 and below 1, got ${text}`);
  return value;
}

/** Each job has memory of its own: a slip of the finger should not take all there is. */
const MOST_JOBS = 64;

function jobs(text: string): number {
  const value = positiveInteger(text);
  if (value > MOST_JOBS) throw new InvalidArgumentError(`must be at most ${MOST_JOBS}, got ${text}`);
  return value;
}

function positiveInteger(text: string): number {
  const value = wholeNumber(text);
  if (value === 0) throw new InvalidArgumentError("must be at least 1, got 0");
  return value;
}
