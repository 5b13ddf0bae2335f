import { describe, expect, it } from "vitest";
import { flatenn } from "../support/cli.js";

describe("flatenn plan", { timeout: 60_000 }, () => {
  it("counts networks, steps and trials of the full profile, and says that its speeds were measured", async () => {
    const { code, stdout } = await flatenn(["plan", "--profile", "full"]);
    expect(code).toBe(0);
    expect(stdout).toContain("measured now, one process");
    // 16 arms and controls with 5 seeds, 22 ablations with 3, 5 float networks; 55,000 images are 429 batches
    const steps = 429 * (5 * 12 + 10 * (5 * 17 + 3 * 22));
    expect(stdout).toContain(`${5 * 16 + 3 * 22 + 5} networks, ${steps.toLocaleString("en")} steps`);
    // and on the six arms, three encodings and five single layers: 3 fault types, 4 rates, 20 maps
    const trials = (5 * 16 + 3 * 22) * 1051 + 6 * 5 * (3 + 5) * (3 * 4 * 20);
    expect(stdout).toContain(`${trials.toLocaleString("en")} trials`);
    const [, perMinute] = /([\d,]+) trials\/min/.exec(stdout)!;
    expect(Number(perMinute!.replaceAll(",", ""))).toBeLessThan(3000); // evaluated, not remembered
  });
});
