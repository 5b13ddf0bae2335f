import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "puppeteer-core";
import { UserError } from "../../base/errors.js";
import type { Figure } from "../../exhibits/forms/figure.js";
import { compactPng } from "./compact-png.js";
import { firstLine, type LaunchedBrowser, launchBrowser } from "./launch.js";

export type PictureFormat = "svg" | "png";

export interface DrawOptions {
  /** Pixels of a PNG per unit of the layout's width and height, default 1; an SVG has no pixels and ignores it. */
  readonly scale?: number;
}

/** A running browser that draws one figure after the other. */
export interface Renderer {
  /**
   * The same figure gives the same bytes, whatever was drawn before it.
   *
   * @throws UserError for a size or scale that is no positive number, and for what plotly refuses to draw
   */
  draw(figure: Figure, format: PictureFormat, options?: DrawOptions): Promise<Buffer>;
  /** Ends the browser and removes its files; harmless when repeated. */
  close(): Promise<void>;
}

/**
 * Starts a browser with plotly loaded, 1 to 2 s. Call `close` when done: until then this process does not end.
 *
 * @throws UserError where there is no browser (see `findBrowser`) or it does not start
 */
export async function openRenderer(): Promise<Renderer> {
  const launched = await launchBrowser();
  try {
    return rendererOn(launched, await openPage(launched));
  } catch (error) {
    await launched.close();
    throw error;
  }
}

async function openPage({ browser, scratch }: LaunchedBrowser): Promise<Page> {
  const plotly = createRequire(import.meta.url).resolve("plotly.js-dist");
  const file = join(scratch, "page.html");
  writeFileSync(
    file,
    `<!doctype html><meta charset="utf-8"><script src="${pathToFileURL(plotly).href}"></script>`,
  );
  const page = await browser.newPage();
  await page.goto(pathToFileURL(file).href);
  return page;
}

function rendererOn(launched: LaunchedBrowser, page: Page): Renderer {
  let last: Promise<unknown> = Promise.resolve();
  let closed: Promise<void> | undefined;
  return {
    draw(figure, format, options = {}) {
      // One at a time: figures drawn at once would share the page's random numbers.
      const picture = last.then(() => {
        if (closed) throw new Error("the renderer is closed: open another one");
        return drawOn(page, figure, format, options);
      });
      last = picture.catch(() => {});
      return picture;
    },
    close() {
      closed ??= launched.close();
      return closed;
    },
  };
}

async function drawOn(
  page: Page,
  figure: Figure,
  format: PictureFormat,
  { scale = 1 }: DrawOptions,
): Promise<Buffer> {
  const { width, height } = figure.layout;
  for (const [name, value] of Object.entries({ "layout.width": width, "layout.height": height, scale })) {
    if (!(Number.isFinite(value) && value > 0))
      throw new UserError(`${name} must be a positive number, got ${value}`);
  }
  let uri: string;
  try {
    uri = await page.evaluate(drawInPage, JSON.stringify(figure), { format, width, height, scale });
  } catch (error) {
    throw new UserError(`plotly cannot draw this figure: ${firstLine(error)}`);
  }
  const body = uri.slice(uri.indexOf(",") + 1);
  return format === "svg"
    ? Buffer.from(`${decodeURIComponent(body)}\n`)
    : compactPng(Buffer.from(body, "base64"));
}

/** Runs in the browser's page: it can use nothing from this module. Returns the picture as a data URI. */
async function drawInPage(figure: string, options: { readonly format: string }): Promise<string> {
  // Plotly takes the ids of clip paths and gradients from Math.random: seeded (minimal standard generator), they are
  // the same every time.
  let state = 1;
  Math.random = () => {
    state = (state * 16807) % 2147483647;
    return (state - 1) / 2147483646;
  };
  const { Plotly } = globalThis as unknown as { Plotly: { toImage(f: object, o: object): Promise<string> } };
  const uri = await Plotly.toImage(JSON.parse(figure), options);
  if (options.format !== "svg") return uri;
  // The order in which plotly sets attributes depends on timing and on what it drew before: sorted, it does not.
  const drawing = new DOMParser().parseFromString(
    decodeURIComponent(uri.slice(uri.indexOf(",") + 1)),
    "image/svg+xml",
  );
  for (const element of drawing.querySelectorAll("*")) {
    const attributes = [...element.attributes].sort((a, b) => (a.name < b.name ? -1 : 1));
    for (const attribute of attributes) element.removeAttributeNode(attribute);
    for (const attribute of attributes) element.setAttributeNodeNS(attribute);
  }
  return `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(drawing))}`;
}
