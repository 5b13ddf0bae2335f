import { describe, expect, test } from "vitest";
import { codesOf } from "../../src/inference/deploy.js";
import { type KernelVariant, supports } from "../../src/inference/kernels.js";
import { Machine } from "../../src/inference/machine.js";
import { compile } from "../../src/inference/program.js";
import { evaluate } from "../../src/inference/reference.js";
import { lenet5, type Model } from "../../src/models/index.js";
import { randomImages, randomNetwork, tinyResNet } from "../support/integer-networks.js";

const VARIANTS = (["strict", "relaxed"] as const).filter(supports);

/** Expects every code of every layer, and every class, to be the scalar reference's. */
function expectReference(
  model: Model,
  key: string,
  variant: KernelVariant,
  options: Parameters<typeof randomNetwork>[2] = {},
): void {
  const network = randomNetwork(model, key, options);
  const program = compile(network);
  const { images } = randomImages(6, model.input, key);
  const machine = new Machine(program, codesOf(network), images, { variant, group: 4 });
  const size = images.length / 6;
  const expected = Array.from({ length: 6 }, (_, i) =>
    evaluate(program, codesOf(network), images.subarray(i * size, (i + 1) * size)),
  );
  for (let i = 0; i < 6; i++) {
    if (i % 4 === 0) machine.runGroup(i);
    for (const [name, codes] of Object.entries(expected[i]!.codes))
      if (name !== "input") expect({ name, codes: machine.codes(name, i % 4) }).toEqual({ name, codes });
  }
  expect([...machine.predict()]).toEqual(expected.map(({ predicted }) => predicted));
}

describe.each(VARIANTS)("the %s kernels give the scalar reference's codes", (variant) => {
  test("on LeNet-5", () => expectReference(lenet5, "kernels", variant));

  test("on a residual network with batch norm, strides and a global average pool", () =>
    expectReference(tinyResNet, "kernels", variant));

  test("with FATReLU, whose thresholds no single scale reproduces", () =>
    expectReference(lenet5, "fatrelu", variant, { threshold: 0.3 }));
});
