import { UserError } from "../base/errors.js";
import { describeFigure } from "../exhibits/forms/describe-figure.js";
import type { Figure } from "../exhibits/forms/figure.js";
import { openRenderer, type Renderer } from "../publishing/rendering/index.js";
import { emit, inKernel } from "./emit.js";
import { packed } from "./packed.js";

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
    "application/vnd.plotly.v1+json": packed(figure),
    ...(png ? { "image/png": png.toString("base64") } : {}),
    "text/plain": text,
  });
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
