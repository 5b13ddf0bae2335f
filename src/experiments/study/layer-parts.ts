/**
 * A part of a network's weight layers, as a study and the column `layer` of trials name it: one layer by its name; all whose
 * names begin so, `"s1*"`; all but those of a part, `"!stem"`; empty for all. A layer of just that name comes first.
 */
export function layersOfPart(part: string, layers: readonly string[]): ReadonlySet<string> {
  if (part === "" || layers.includes(part)) return new Set(part === "" ? layers : [part]);
  if (part.startsWith("!")) {
    const others = layersOfPart(part.slice(1), layers);
    return new Set(part === "!" ? [] : layers.filter((layer) => !others.has(layer)));
  }
  const beginning = part.endsWith("*") ? part.slice(0, -1) : undefined;
  return new Set(layers.filter((layer) => beginning !== undefined && layer.startsWith(beginning)));
}
