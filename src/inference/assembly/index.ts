import { dense8, dense16 } from "./dense";
import { field } from "./field";
import { Field, Finish, Method } from "./fields";
import { finish } from "./finish";
import { pixels8 } from "./pixels";
import { skip } from "./skip";

/**
 * Evaluates layers one after another on a group of images.
 * @param layers address of `count` descriptions (fields.ts), one behind the other
 */
export function run(layers: usize, count: u32): void {
  for (let i: u32 = 0; i < count; i++, layers += (<usize>Field.count) << 2) {
    const method = <i32>field(layers, Field.method);
    const kind = <i32>field(layers, Field.finish);
    const images = field(layers, Field.images);
    let input = field(layers, Field.input);
    let output = field(layers, Field.output);
    let other = field(layers, Field.other);
    let pairs = field(layers, Field.pairs);
    let windowSums = field(layers, Field.windowSums);
    for (let g: usize = 0; g < images; g++) {
      if (ASC_FEATURE_RELAXED_SIMD) {
        if (method === Method.dense8) densePasses(layers, input);
        if (method === Method.pixels8) pixels8(layers, pairs, windowSums, output);
      }
      if (method === Method.skip) skip(layers, input);
      if (method === Method.dense16) dense16(layers, input);
      if (method !== Method.pixels8 && kind !== Finish.none) finish(layers, output, other);
      input += field(layers, Field.inputImage);
      output += field(layers, Field.outputImage);
      other += field(layers, Field.otherImage);
      pairs += field(layers, Field.pairsImage);
      windowSums += field(layers, Field.windowSumsImage);
    }
  }
}

function densePasses(layer: usize, input: usize): void {
  const rowPasses = field(layer, Field.rowPasses);
  const runPasses = field(layer, Field.runPasses);
  let weights = field(layer, Field.weights);
  for (let r: usize = 0; r < rowPasses; r++)
    for (let c: usize = 0; c < runPasses; c++) {
      const from = input + r * field(layer, Field.passRowStep) + c * field(layer, Field.passRunStep);
      dense8(layer, from, weights, r + c === 0);
      weights += field(layer, Field.passWeights);
    }
}
