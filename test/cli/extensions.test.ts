import { mkdirSync, readFileSync, symlinkSync, writeFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { readTrials } from "../../src/experiments/results/index.js";
import { flatenn, temporaryFolder } from "../support/cli.js";

const ROOT = fileURLToPath(new URL("../..", import.meta.url));

/** A package of a user's own, beside this one, with an extension. */
function extension(code: string): string {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "node_modules"));
  symlinkSync(ROOT, join(folder, "node_modules", "flatenn"));
  const path = join(folder, "extension.mjs");
  writeFileSync(path, code);
  return path;
}

/** Images of 28 x 28, one arm of the quick study on them; each process that loads this says so in a file beside it. */
const TOY = `
  import { appendFileSync } from "node:fs";
  import { datasets, studies } from "flatenn";
  const images = (count) => datasets.imageDataset(new Uint8Array(count * 784).map((_, i) => (i * 37) % 256), Array.from({ length: count }, (_, i) => i % 10), [28, 28, 1]);
  datasets.registerDataset({
    name: "toy", title: "Toy images", licence: "none", shape: [28, 28, 1], classes: Array.from({ length: 10 }, (_, i) => "class " + i),
    sizes: { training: 1300, validation: 40, test: 10 },
    files: [{ name: "toy", bytes: 1, sha256: "0".repeat(64) }],
    load: (split) => images(split === "train" ? 1340 : 10),
  });
  const quick = studies.findStudy(studies.DEFAULT_STUDY.name, "quick");
  const arms = quick.arms.slice(0, 1);
  studies.registerStudy({
    name: "toy-study",
    profiles: [studies.parseStudy({
      ...quick, name: "toy-study", arms, trainingImages: 1280, float: { ...quick.float, epochs: 1 },
      quantized: { ...quick.quantized, epochs: 1 }, dataset: "toy",
      campaign: { ...quick.campaign, images: 40, maps: 2, rates: [0.01], faults: ["flip"] },
    })],
    judgement: { faults: ["flip"], claims: [] }, presentation: { titles: {}, looks: {} },
  });
  appendFileSync(new URL("./loaded.txt", import.meta.url), process.argv[2] + "\\n");
`;

describe("--extension", { timeout: 240_000 }, () => {
  it("makes a data set of one's own known to every command", async () => {
    const { code, stdout } = await flatenn(["data", "--dataset", "toy", "--extension", extension(TOY)]);
    expect([code, stdout]).toEqual([0, expect.stringContaining("Toy images (toy), licence: none")]);
    expect(stdout).toContain("1,340 images of 28 x 28 x 1 in 10 classes");
    expect(stdout).toContain("1,300 to train on, 40 to validate on");
  });

  it("is handed on to the processes that train a study of one's own, which is then run to its end", async () => {
    const path = extension(TOY);
    const folder = join(path, "..");
    const out = join(folder, "run");
    vi.stubEnv("FLATENN_CHROMIUM", join(folder, "no-browser")); // pictures take long: figures as data will do
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const study = ["--study", "toy-study", "--extension", path];
    const into = ["--out", out, "--figures", join(folder, "figures")];
    const { code, stdout, stderr } = await flatenn(["reproduce", ...study, ...into]);
    expect([code, stderr]).toEqual([0, expect.stringMatching(/^The pictures were not drawn: .*\n$/)]);
    expect(stdout).toContain("Study toy-study, profile quick");
    expect(readFileSync(join(folder, "loaded.txt"), "utf8").trim().split("\n")).toEqual([
      "reproduce",
      "train",
      "train",
    ]);
    const [trial] = (await readTrials(join(out, "trials.parquet"))).filter(({ fault }) => fault === "flip");
    const replayed = await flatenn(["replay", trial!.id, "--results", out, "--extension", path]);
    expect([replayed.code, replayed.stderr]).toEqual([0, ""]);
    expect(replayed.stdout).toMatch(/^class 9 +\d/m);
  });

  it("that cannot be loaded is named, with what it has to be", async () => {
    for (const [code, why] of [
      ["throw new Error('out of order')", "out of order"],
      ["export default", "Unexpected"],
      ["import 'no-such-package'", "no-such-package"],
    ]) {
      const path = extension(code!);
      const { stderr, code: exit } = await flatenn(["claims", "--extension", path]);
      expect([exit, stderr]).toEqual([1, expect.stringContaining(`--extension ${path} cannot be loaded: `)]);
      expect(stderr).toContain(why);
      expect(stderr).toContain('imports from "flatenn"');
    }
    const { stderr } = await flatenn(["data", "--extension", "nowhere.mjs"]);
    expect(stderr).toContain(
      `--extension nowhere.mjs cannot be loaded: Cannot find module '${resolve("nowhere.mjs")}'; it must be`,
    );
  });
});

describe("flatenn data", () => {
  it("tells title, licence, counts and split of every data set that is known, and refuses others by name", async () => {
    const { stdout } = await flatenn(["data"]);
    expect(stdout).toContain("Fashion-MNIST (fashion-mnist), licence: MIT, Zalando SE");
    expect(stdout).toContain("60,000 images of 28 x 28 x 1 in 10 classes");
    expect(stdout).toContain("55,000 to train on, 5,000 to validate on");
    expect(stdout).toContain("10,000 test images");
    const { code, stderr } = await flatenn(["data", "--dataset", "imagenet"]);
    expect([code, stderr]).toEqual([
      1,
      expect.stringContaining("dataset must be one of fashion-mnist, cifar10, got imagenet"),
    ]);
  });
});
