/** The real CIFAR-10, fetched as a user fetches it. */
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, it, vi } from "vitest";
import { UserError } from "../../src/base/errors.js";
import { cifar10 } from "../../src/datasets/cifar10.js";
import { datasetNamed } from "../../src/datasets/index.js";
import { temporaryFolder } from "../support/cli.js";

it("is fetched into the cache, whole by its sums, with 6,000 images of each class and nothing left behind", async ({
  skip,
}) => {
  const cache = temporaryFolder();
  vi.stubEnv("FLATENN_CACHE", cache);
  try {
    await cifar10.fetched!.fetch({});
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return skip(`CIFAR-10 cannot be fetched from here: ${error.message}`);
  }
  expect(cifar10.fetched!.isThere()).toBe(true);
  const counts = new Map<number, number>();
  for (const split of ["train", "test"] as const)
    for (const label of datasetNamed("cifar10").load(split).labels)
      counts.set(label, (counts.get(label) ?? 0) + 1);
  expect([...counts.values()]).toEqual(Array(10).fill(6_000));
  const downloads = join(cache, "downloads");
  expect(existsSync(downloads) ? readdirSync(downloads) : []).toEqual([]);
  vi.unstubAllEnvs();
});
