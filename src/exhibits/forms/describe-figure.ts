import type { Figure } from "./figure.js";

/**
 * One line: size, what it shows and the traces that have a name, such as `[figure 640 x 360: Loss (first, second)]`.
 * What it shows is the title, or, without one, the first titles of the axes: `accuracy (%) against rate (%)`.
 */
export function describeFigure({ data, layout }: Figure): string {
  const axis = (letter: string) =>
    Object.keys(layout)
      .filter((key) => key.startsWith(`${letter}axis`))
      .map((key) => titleOf(layout[key]))
      .find((title) => title !== "");
  const axes = [axis("y"), axis("x")].filter((title) => title !== undefined);
  const shows = titleOf(layout) || axes.join(" against ");
  const traces = data.filter((trace) => !("showlegend" in trace && trace.showlegend === false));
  const names = new Set(
    traces.flatMap((trace) => ("name" in trace && trace.name ? [String(trace.name)] : [])),
  );
  const listed = names.size === 0 ? "" : `(${[...names].join(", ")})`;
  const what = [shows, listed].filter((part) => part !== "").join(" ");
  return `[figure ${layout.width} x ${layout.height}${what === "" ? "" : `: ${what}`}]`;
}

/** The title of a layout or an axis, which plotly takes as text or as an object; without its markup. */
function titleOf(part: unknown): string {
  const title = property(part, "title");
  const text = typeof title === "string" ? title : property(title, "text");
  return typeof text === "string" ? text.replaceAll(/<[^>]*>/g, " ").trim() : "";
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}
