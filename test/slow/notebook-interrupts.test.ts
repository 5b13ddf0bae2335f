import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { KernelClient, printed } from "../notebook/kernel-client.js";

/** Every long call of the library, as a notebook makes it. Each takes minutes if it is not interrupted. */
const CALLS = {
  "a training": `await campaign.trainNetwork(study, results.openStore(study, folder + "/training"), "float", 0, options);`,
  "a campaign": `await campaign.runCampaign(large, trained("campaign"), campaign.networksOf(large), options);`,
  "a campaign of some precision": `const precision = { halfWidth: 0.01, maxMaps: 900 };
await campaign.runAdaptive(large, trained("adaptive"), campaign.networksOf(large), precision, options);`,
  "a verification": `await verification.verifyResults(published, { ...options, sampleSeed: 1, share: 1 });`,
};

describe.skipIf(process.platform === "win32")("in a notebook an interrupt ends", { timeout: 120_000 }, () => {
  const folder = mkdtempSync(join(tmpdir(), "flatenn-interrupts-"));
  let kernel: KernelClient;
  beforeAll(async () => {
    kernel = await KernelClient.start();
    const { reply } = await kernel.execute(`
import { campaign, results, studies, verification } from "../dist/index.js";
import { cellSignal, showProgress } from "../dist/notebook/index.js";
const folder: string = ${JSON.stringify(folder)};
const study = studies.findStudy("lenet5-fashion", "quick");
const large = { ...study, campaign: { ...study.campaign, maps: 900 } };
const published = "../data/results/lenet5-fashion-quick";
import { cpSync } from "node:fs";
const trained = (name: string) => {
  cpSync(published + "/checkpoints", folder + "/" + name + "/checkpoints", { recursive: true });
  return results.openStore(large, folder + "/" + name);
};`);
    expect(reply).toMatchObject({ status: "ok" });
  }, 60_000);
  afterAll(async () => {
    await kernel.stop();
    rmSync(folder, { recursive: true });
  });

  test.each(Object.entries(CALLS))("%s, within seconds, and the kernel goes on", async (_, call) => {
    const code = `const options = { signal: cellSignal(), onProgress: showProgress("x") };\n${call}`;
    let interrupted = 0;
    const { reply, published } = await kernel.execute(code, ({ type }) => {
      if (type !== "update_display_data" || interrupted > 0) return;
      interrupted = performance.now();
      kernel.interrupt();
    });
    expect(reply).toMatchObject({ status: "error", ename: "KeyboardInterrupt", evalue: "interrupted" });
    expect(performance.now() - interrupted).toBeLessThan(10_000);
    const shown = published.filter(({ type }) => /display_data$/.test(type));
    expect(shown[0]!.type).toBe("display_data");
    expect(new Set(shown.map(({ content }) => content.transient.display_id)).size).toBe(1);
    // Nothing of it runs on: the kernel is idle.
    const load = await kernel.execute(`const before = process.cpuUsage();
await new Promise((done) => setTimeout(done, 1_000));
console.log(process.cpuUsage(before).user / 1e6);`);
    expect(Number(printed(load))).toBeLessThan(0.3);
  });
});
