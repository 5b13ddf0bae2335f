import { readFileSync } from "node:fs";
import { join } from "node:path";
import { Command, Option } from "commander";
import { knownDatasets } from "../datasets/index.js";
import { DEFAULT_STUDY } from "../studies/registry.js";
import { loadExtensions } from "./extensions.js";
import {
  fraction,
  jobs,
  mapRange,
  positiveInteger,
  positiveNumber,
  several,
  wholeNumber,
} from "./option-types.js";

/** The profile that takes minutes, and the one whose published results are the test of the claims. */
const QUICK = "quick";
const FULL = "full";
const PUBLISHED = "the published ones of --study and --profile";

/** Arms for the examples: one trained as usual, and the one that differs most from it. */
const ARMS = DEFAULT_STUDY.profiles.find(({ profile }) => profile === QUICK)!.arms.map(({ id }) => id);
const [FIRST, LAST] = [ARMS[0], ARMS.at(-1)];

/** And a data set that is not there from the beginning. */
const FETCHED = knownDatasets().find(({ fetched }) => fetched)!.name;

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
    .addHelpText(
      "after",
      "\nTables are as wide as the terminal, or as COLUMNS says, and leave out what does not fit; NO_COLOR=1 turns colours off.",
    )
    .exitOverride((error) => process.exit(error.exitCode === 0 ? 0 : 2))
    .hook("preAction", (_, command) => {
      refuseEmpty(command);
      return loadExtensions(command.opts()["extension"] ?? []);
    });

  const command = (name: string, description: string, example: string) =>
    ofStudy(
      plain(name, description, example),
      `${QUICK} (minutes, exploratory) or ${FULL}; a .json study is a profile of its own`,
      QUICK,
    );
  const ofPublished = (name: string, description: string, example: string) =>
    ofStudy(
      plain(name, description, example),
      `whose published results, where --results names no folder: ${FULL} (the test of the claims) or ${QUICK} (exploratory)`,
      FULL,
    );
  const ofStudy = (of: Command, profiles: string, profile: string) =>
    of
      .option("--study <name>", "which study, or a .json file with one of your own", DEFAULT_STUDY.name)
      .option("--profile <name>", profiles, profile)
      .addOption(extension());
  const extension = () =>
    several(
      "--extension <file>",
      'a module to be imported first, which registers studies and data sets of your own (it imports from "flatenn")',
      "none",
    );
  const UNCHECKED = [
    "--unchecked",
    "read files that are not as their manifest states; every output says so",
  ] as const;
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
    `flatenn train --arm ${LAST} --seed 0`,
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
    `flatenn campaign --arm ${LAST}`,
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
    .option(...UNCHECKED)
    .action(async (options) => (await import("./campaign.js")).campaign(options));
  command(
    "single-bit",
    "make one stored weight bit faulty at a time, and tell what that costs by layer and bit position",
    `flatenn single-bit --arm ${FIRST}`,
  )
    .option("--arm <id>", "which arm (default: the first of the study)")
    .option("--seed <n>", "which seed (default: the first of the study)", wholeNumber)
    .option("--checkpoint <file>", "a trained network's file, in place of arm and seed")
    .option("--checkpoints <folder>", FROM_CHECKPOINTS)
    .option("--fault <model>", "the id of a fault model or a module of your own (default: the study's first)")
    .option("--images <n>", "only the first n images of the study's campaign", positiveInteger)
    .option("--exhaustive <bits>", "test layers of at most so many bits completely", wholeNumber, 10_000)
    .option("--margin <e>", "of larger layers, sample each bit position for this margin", fraction, 0.01)
    .option("--all", "test every bit of every layer")
    .option(
      "--out <folder>",
      "folder of the run; with --checkpoint, where the analysis goes (default: data/runs)",
    )
    .option(...UNCHECKED)
    .action(async (options) => (await import("./single-bit.js")).singleBit(options));
  const ofNetworks = (of: Command) =>
    of
      .option("--results <folder>", `folder of a run (default: ${PUBLISHED})`)
      .option("--checkpoints <folder>", FROM_CHECKPOINTS)
      .addOption(several("--arm <id>", "which arm", "all"))
      .option("--seed <n>", "which seed (default: all)", wholeNumber)
      .option("--jobs <n>", "processes side by side (default: one per core)", jobs)
      .option(...UNCHECKED)
      .option("--out <folder>", "its folder `sharpness` gets what is measured (default: folder of the run)");
  ofNetworks(
    command(
      "sharpness",
      "measure how sharp the minima of trained networks are, on training images; goes on from what is done",
      `flatenn sharpness --arm ${FIRST} --seed 0`,
    ),
  )
    .option("--settings <file>", "a .json file with settings of the measures to be changed")
    .action(async (options) => (await import("./sharpness.js")).sharpness(options));
  ofNetworks(
    command(
      "landscape",
      "evaluate the loss around the weights of trained networks, along lines and in a plane; goes on from what is done",
      `flatenn landscape --arm ${FIRST} --plane random:0,saq`,
    ),
  )
    .option(
      "--lines <directions>",
      "random:<n>, saq or the id of a fault model, separated by commas, or none (default: five random ones, saq and the study's faults)",
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
  ofPublished(
    "figures",
    "draw figures (.svg, .png, .json) and tables (.csv, .md) from results, or of a selection",
    "flatenn figures --out figures/mine",
  )
    .option("--results <folder>", `folder of a finished run (default: ${PUBLISHED})`)
    .option("--sharpness <folder>", "folder whose `sharpness` was measured (default: that of the results)")
    .option(
      "--out <folder>",
      "where they go (default: figures/<study>-<profile>; of the full profile figures/<study>)",
    )
    .option("--all", "draw everything that comes with the repository")
    .option(...UNCHECKED)
    .action(async (options) => (await import("./figures.js")).figures(options));
  ofPublished(
    "claims",
    "print the claims table from results",
    `flatenn claims --profile ${QUICK} --out claims.csv`,
  )
    .option("--results <folder>", `folder of a finished run (default: ${PUBLISHED})`)
    .option("--sharpness <folder>", "folder whose `sharpness` was measured (default: that of the results)")
    .option("--out <file>", "also write the table: .csv, .md or .html by the ending")
    .option(...UNCHECKED)
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
    .addOption(extension())
    .option("--verbose")
    .action(async (options) => (await import("./select.js")).candidate(options));
  const results = (of: Command) =>
    of
      .option("--results <folder>", `folder of a run (default: ${PUBLISHED})`)
      .option("--checkpoints <folder>", FROM_CHECKPOINTS)
      .addOption(
        several("--fault <module>", "module of a fault model of your own that the results name", "none"),
      );
  results(
    ofPublished(
      "verify",
      "check published results: every checksum, and a random sample of the trials recomputed",
      `flatenn verify --profile ${QUICK} --all`,
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
    ofPublished(
      "replay",
      "run one trial again and show its faulty bits and what they do to each class",
      "flatenn replay TRIAL --out trial.csv",
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
  plain(
    "data",
    "check the files of data sets and say how they are split; fetch those of one that is named",
    `flatenn data --dataset ${FETCHED}`,
  )
    .option("--dataset <name>", "which data set (default: all that are known, and nothing is fetched)")
    .addOption(extension())
    .action(async (options) => (await import("./data.js")).data(options));
  return root;
}

/** An empty text names nothing: most often it is a variable of a shell that is not set. */
function refuseEmpty(command: Command): void {
  const isEmpty = (value: unknown): boolean => [value].flat().includes("");
  const given = command.options.find((option) => isEmpty(command.getOptionValue(option.attributeName())));
  const what = given?.flags ?? (isEmpty(command.args) ? "an argument" : undefined);
  if (what !== undefined)
    command.error(`error: ${what} is empty; give it a value, or leave it out`, { exitCode: 2 });
}
