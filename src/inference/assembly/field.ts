/** A word of a layer's description (fields.ts). */
export function field(layer: usize, index: i32): usize {
  return <usize>load<u32>(layer + ((<usize>index) << 2));
}

export function floatField(layer: usize, index: i32): f32 {
  return load<f32>(layer + ((<usize>index) << 2));
}

/** A word, four times. */
export function splatField(layer: usize, index: i32): v128 {
  return v128.load32_splat(layer + ((<usize>index) << 2));
}
