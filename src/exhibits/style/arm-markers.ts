/** An arm's marker in plotly's terms; open ones have a thicker line. @param size in pixels */
import type { ArmStyle } from "../../experiments/study/presentation.js";
export function markerOf({ color, marker }: ArmStyle, size: number): object {
  return { color, symbol: marker, size, line: { color, width: marker.endsWith("-open") ? 2.5 : 0.5 } };
}

/** Entries of a legend of markers, for those of the arms that are drawn: traces of an arm have its title as their group. */
export function markerLegend(
  styles: readonly ArmStyle[],
  drawn: readonly { readonly legendgroup: string }[],
): object[] {
  const groups = new Set(drawn.map(({ legendgroup }) => legendgroup));
  return styles
    .filter(({ title }) => groups.has(title))
    .map((style) => ({
      type: "scatter",
      mode: "markers",
      name: style.title,
      legendgroup: style.title,
      x: [null],
      y: [null],
      marker: markerOf(style, 11),
    }));
}
