import { join } from "node:path";
import { expect, it } from "vitest";
import { readCheckpoint, writeCheckpoint } from "../../../src/networks/checkpoints/index.js";
import { lenet5 } from "../../../src/networks/index.js";
import { temporaryFolder } from "../../support/cli.js";
import { randomCheckpoint } from "../../support/network.js";

it.each([NaN, -Infinity])("a checkpoint with %d among its numbers is refused by file and tensor", (value) => {
  const path = join(temporaryFolder(), "as-seed0.safetensors");
  const checkpoint = randomCheckpoint(lenet5, "damaged");
  writeCheckpoint(path, checkpoint);
  expect(readCheckpoint(path)).toEqual(checkpoint);
  checkpoint.parameters["fc1.weight"]!.data[7] = value;
  writeCheckpoint(path, checkpoint);
  expect(() => readCheckpoint(path)).toThrow(
    `${path} is damaged (element 7 of tensor fc1.weight is ${value}, which no training gives); delete it`,
  );
});
