import { UserError } from "../errors.js";
import type { Figure } from "../exhibits/figure.js";
import { openRenderer, type Renderer } from "../rendering/index.js";
import { emit, inKernel } from "./emit.js";

/** After this long without a figure the browser is ended; the next figure starts another. */
const IDLE_MS = 5_000;

/**
 * Shows a figure below the cell: interactive where the front end draws plotly, a PNG wherever scripts do not run
 * (an untrusted notebook, GitHub, an export), its description as text elsewhere. Outside a kernel it prints the text.
 * Without a browser for the PNG the other two forms are shown, with a warning.
 */
export async function show(figure: Figure): Promise<void> {
  const text = describeFigure(figure);
  if (!inKernel()) {
    console.log(text);
    return;
  }
  const png = await picture(figure);
  emit({
    "application/vnd.plotly.v1+json": figure,
    ...(png ? { "image/png": png.toString("base64") } : {}),
    "text/plain": text,
  });
}

/**
 * One line: size, what it shows and the traces that have a name, such as `[figure 640 x 360: Loss (standard, AS)]`.
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

async function picture(figure: Figure): Promise<Buffer | undefined> {
  try {
    // Scale 1: front ends ignore a picture's stated width and show its pixels.
    return await (await sharedRenderer()).draw(figure, "png");
  } catch (error) {
    if (!(error instanceof UserError) || shared) throw error;
    console.warn(`No picture for where scripts do not run: ${error.message}`);
    return undefined;
  }
}

/** One browser for the figures of a notebook; undefined while there is none. */
let shared: Promise<Renderer> | undefined;
let idle: NodeJS.Timeout | undefined;

async function sharedRenderer(): Promise<Renderer> {
  clearTimeout(idle);
  if (!shared) {
    shared = openRenderer();
    shared.catch(() => {
      shared = undefined;
    });
  }
  const renderer = await shared;
  clearTimeout(idle);
  idle = setTimeout(() => {
    shared = undefined;
    void renderer.close();
  }, IDLE_MS).unref();
  return renderer;
}
