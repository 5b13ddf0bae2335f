/** What the figures have in common: paper, axes and the texts beside the panels, in plotly's terms. */

import { wrap } from "../forms/table.js";

/** Pixels of a figure with panels side by side: what a notebook has room for beside its sidebar. */
export const WIDTH = 960;

/** Paper and type. */
export const SHEET = {
  paper_bgcolor: "#ffffff",
  plot_bgcolor: "#ffffff",
  font: { family: "DejaVu Sans", size: 17, color: "#222222" },
};

/** Characters of caption that fit the width at its font size, and the height of a line of it. */
const CAPTION_WIDTH = 108;
const CAPTION_LINE = 21;

/** A caption below the panels, and the room that it needs. @param shift of its upper left corner from that of the plot's lower */
export function captionBelow(text: string, [x, y]: [number, number]): { caption: object; room: number } {
  const lines = wrap(text, CAPTION_WIDTH);
  const caption = note(lines.join("<br>"), { x: 0, y: 0, size: 16, shift: [x, y] });
  return { caption, room: CAPTION_LINE * lines.length - y + 12 };
}

/** What the keys of a panel's axes end with, in plotly's names: nothing for the first panel, then 2, 3, ... @param panel from 0 */
export function suffixOf(panel: number): string {
  return panel === 0 ? "" : String(panel + 1);
}

/** A legend in lines above the panels. @param y its lower edge, a share of the plot's height; more: settings of it alone */
export function legendAbove(y: number, { size = 17, ...more }: Record<string, unknown> = {}): object {
  return { orientation: "h", x: 0.5, xanchor: "center", y, yanchor: "bottom", ...more, font: { size } };
}

/** The room above the panels that a legend of so many entries needs, besides the panels' names: 4 to 5 fit in a line. */
export function legendRoom(entries: number): number {
  return 48 + 32 * Math.ceil(entries / 4.5);
}

/** A boxed axis with its title. @param more settings of this axis alone */
export function axis(title: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  return {
    title: { text: title, font: { size: 18 }, standoff: 10 },
    tickfont: { size: 16 },
    ...more,
    gridcolor: "#e4e4e4",
    linecolor: "#888888",
    mirror: true,
    showline: true,
    ticks: "outside",
    tickcolor: "#888888",
    zeroline: false,
  };
}

/** The title that the horizontal axes of a row of panels share, centred below it. @param y of the row's lower edge, a share of the paper */
export function axisTitle(text: string, y: number): object {
  return {
    text,
    x: 0.5,
    y,
    xref: "paper",
    yref: "paper",
    xanchor: "center",
    yanchor: "top",
    yshift: -32,
    showarrow: false,
    font: { size: 18 },
  };
}

/** The name of a panel, centred above it. @param x of the panel's centre, a share of the paper */
export function panelTitle(text: string, x: number): object {
  return {
    text: `<b>${text}</b>`,
    x,
    y: 1,
    xref: "paper",
    yref: "paper",
    xanchor: "center",
    yanchor: "bottom",
    showarrow: false,
    font: { size: 18 },
  };
}

/** A text on the paper: centred, or with a shift, in pixels, hung by its upper left corner. */
export function note(
  text: string,
  at: { x: number; y: number; size: number; shift?: [number, number] },
): object {
  const { x, y, size, shift } = at;
  return {
    text,
    x,
    y,
    xref: "paper",
    yref: "paper",
    xanchor: shift ? "left" : "center",
    yanchor: shift ? "top" : "middle",
    xshift: shift?.[0] ?? 0,
    yshift: shift?.[1] ?? 0,
    align: "left",
    showarrow: false,
    font: { size, color: "#444444" },
  };
}

/** A number with five digits, as many as a picture can show: all further ones would only make files larger. */
export function short(x: number): number {
  return Number(x.toPrecision(5));
}
