import { writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page, Browser as Puppet } from "puppeteer-core";
import { UserError } from "../errors.js";
import type { Figure } from "../exhibits/figure.js";
import { findBrowser, fontEnvironment } from "./browser.js";
import { openScratch } from "./scratch.js";

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
  const { executable, env } = await findBrowser();
  const scratch = openScratch("flatenn-browser-");
  let browser: Puppet | undefined;
  try {
    browser = await launch(executable, { ...env, ...fontEnvironment(scratch.path) }, scratch.path);
    const page = await openPage(browser, scratch.path);
    return rendererOn(browser, page, scratch.remove);
  } catch (error) {
    await browser?.close();
    scratch.remove();
    throw error;
  }
}

async function launch(executablePath: string, env: Record<string, string>, scratch: string): Promise<Puppet> {
  const { default: puppeteer } = await import("puppeteer-core");
  // Whoever listens to signals, such as a notebook kernel, decides what they do; else the browser must not survive us.
  const nobodyListens = process.listenerCount("SIGINT") === 0;
  try {
    return await puppeteer.launch({
      executablePath,
      headless: "shell",
      env: { ...process.env, ...env },
      userDataDir: join(scratch, "profile"),
      // Over a pipe the browser ends by itself when this process is killed.
      pipe: true,
      handleSIGINT: nobodyListens,
      handleSIGTERM: nobodyListens,
      handleSIGHUP: nobodyListens,
      args: [
        // The sandbox does not start for root, as in a container; the only page is our own.
        "--no-sandbox",
        "--disable-dev-shm-usage",
        // What differs between machines: hinting of glyphs, the colour profile, the graphics card.
        "--font-render-hinting=none",
        "--force-color-profile=srgb",
        "--use-gl=angle",
        "--use-angle=swiftshader",
        "--enable-unsafe-swiftshader",
      ],
    });
  } catch (error) {
    throw new UserError(`the browser ${executablePath} did not start: ${firstLine(error)}`);
  }
}

async function openPage(browser: Puppet, scratch: string): Promise<Page> {
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

function rendererOn(browser: Puppet, page: Page, removeScratch: () => void): Renderer {
  let last: Promise<unknown> = Promise.resolve();
  let closed: Promise<void> | undefined;
  // Before the scratch directory is removed at the exit of a process that never closed the renderer.
  const kill = () => browser.process()?.kill("SIGKILL");
  process.prependListener("exit", kill);
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
      closed ??= browser.close().finally(() => {
        process.removeListener("exit", kill);
        removeScratch();
      });
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
  return format === "svg" ? Buffer.from(`${decodeURIComponent(body)}\n`) : Buffer.from(body, "base64");
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

function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0]!;
}
