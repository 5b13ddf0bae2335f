/** `npm run lab` in a real browser: every notebook opens with its figures, and runs from a fresh kernel without error. */
import { type ChildProcess, spawn } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import type { Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { canUnpack } from "../../src/publishing/rendering/index.js";
import { type LaunchedBrowser, launchBrowser } from "../../src/publishing/rendering/launch.js";

const NOTEBOOKS = readdirSync("notebooks").filter((name) => name.endsWith(".ipynb"));
/** Where screenshots go, to be looked at. */
const SCREENSHOTS = process.env["FLATENN_SCREENSHOTS"];

interface Outputs {
  readonly figures: number;
  readonly tables: number;
}

describe.runIf(canUnpack() || process.env["FLATENN_CHROMIUM"])("JupyterLab", { timeout: 300_000 }, () => {
  // JupyterLab saves what it runs: on a copy, beside links to what notebooks read.
  const folder = mkdtempSync(join(tmpdir(), "flatenn-jupyterlab-"));
  const directory = join(folder, "notebooks");
  let server: ChildProcess;
  let address: URL;
  let launched: LaunchedBrowser;
  let log = "";

  beforeAll(async () => {
    mkdirSync(directory);
    cpSync("notebooks", directory, { recursive: true });
    for (const name of ["dist", "node_modules", "data", "docs"])
      symlinkSync(resolve(name), join(folder, name));
    const port = String(await freePort());
    const args = ["scripts/lab.mjs", "--no-browser", "--fresh", "--port", port, "--directory", directory];
    server = spawn(process.execPath, args, { stdio: ["ignore", "ignore", "pipe"] });
    address = await new Promise<URL>((found, failed) => {
      server.stderr!.setEncoding("utf8").on("data", (text: string) => {
        log += text;
        const url = /http:\/\/127\.0\.0\.1:\S+/.exec(log);
        if (url) found(new URL(url[0]));
      });
      server.once("exit", () => failed(new Error(`npm run lab ended: ${log}`)));
    });
    launched = await launchBrowser();
  }, 600_000);

  afterAll(async () => {
    await launched?.close();
    const ended = new Promise((done) => server.once("exit", done));
    server.kill("SIGINT");
    await ended;
    rmSync(folder, { recursive: true });
  });

  const open = async (notebook: string): Promise<Page> => {
    const page = await launched.browser.newPage();
    await page.setViewport({ width: 1440, height: 3_000 });
    const url = new URL(address);
    url.pathname = `/lab/tree/notebooks/${notebook}`;
    url.searchParams.set("reset", ""); // without the notebooks that were opened before
    await page.goto(url.href);
    return page;
  };

  /**
   * Waits until so many figures and tables are drawn, and moves the mouse over each figure: plotly's extension shows the
   * PNG until then. An untrusted notebook has the PNG without that extension.
   */
  const drawn = async (page: Page, { figures, tables }: Outputs) => {
    await page.waitForFunction(
      (most: Outputs) =>
        document.querySelectorAll(".jp-RenderedPlotly img").length >= most.figures &&
        document.querySelectorAll(".jp-OutputArea-output table").length >= most.tables,
      { timeout: 60_000, polling: 200 },
      { figures, tables },
    );
    const left = () =>
      page.$$eval(
        ".js-plotly-plot",
        (plots, all) => all - plots.filter((plot) => plot.querySelector(".plot-container .main-svg")).length,
        figures,
      );
    for (let tries = 0; (await left()) > 0 && tries < 100; tries++) {
      // What is above may still grow, and move it from under the mouse.
      await page.mouse.move(0, 0);
      for (const picture of await page.$$(".jp-RenderedPlotly img")) await picture.hover().catch(() => {});
      await new Promise((done) => setTimeout(done, 300));
    }
  };

  const run = async (page: Page): Promise<void> => {
    await page.locator('[data-command="notebook:restart-run-all"]').click();
    await page.locator(".jp-Dialog .jp-mod-accept").click();
    // From the restart on a cell shows [*] or [ ] until it has run, then its number.
    for (const wanted of ["some wait", "none waits"])
      await page.waitForFunction(
        (state: string) => {
          const prompts = [...document.querySelectorAll(".jp-CodeCell .jp-InputPrompt")];
          const waiting = prompts.filter((prompt) => !/\d/.test(prompt.textContent ?? ""));
          const failed = document.querySelector('[data-mime-type="application/vnd.jupyter.error"]');
          return failed !== null || waiting.length > 0 === (state === "some wait");
        },
        { timeout: 240_000, polling: 20 },
        wanted,
      );
  };

  const seen = (page: Page) =>
    page.evaluate(() => {
      const visible = (selector: string) =>
        [...document.querySelectorAll(selector)].filter((element) => {
          const { width, height } = element.getBoundingClientRect();
          return width > 100 && height > 100;
        }).length;
      const texts = (type: string) =>
        [...document.querySelectorAll(`.jp-OutputArea-output[data-mime-type="${type}"]`)].map(
          (e) => e.textContent ?? "",
        );
      return {
        errors: texts("application/vnd.jupyter.error"),
        warnings: texts("application/vnd.jupyter.stderr"),
        figures: visible(".js-plotly-plot"),
        pictures: visible(".jp-OutputArea-output img"),
        tables: visible(".jp-OutputArea-output table"),
      };
    });

  const screenshot = async (page: Page, name: string) => {
    if (!SCREENSHOTS) return;
    mkdirSync(SCREENSHOTS, { recursive: true });
    await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`) });
  };

  const outputsOf = (name: string): Outputs => {
    const { cells } = JSON.parse(readFileSync(join(directory, name), "utf8")) as {
      cells: { outputs?: { data?: Record<string, unknown> }[] }[];
    };
    const data = cells.flatMap((cell) => cell.outputs ?? []).map((output) => output.data ?? {});
    const figures = data.filter((forms) => "application/vnd.plotly.v1+json" in forms).length;
    const tables = data.filter((forms) => String(forms["text/html"]).includes("<table")).length;
    return { figures, tables };
  };

  test.each(NOTEBOOKS)(
    "shows the figures of %s as it opens, and again after *Restart kernel and run all cells*",
    async (name) => {
      const expected = outputsOf(name);
      expect(expected.figures + expected.tables).toBeGreaterThan(0);
      const source = join(directory, name.replace(/\.ipynb$/, ".ts"));
      const before = readFileSync(source, "utf8");
      const page = await open(name);
      await drawn(page, expected);
      await screenshot(page, `${name}-opened`);
      // Signed by `npm run lab`, so interactive before anything is run.
      expect(await seen(page)).toEqual({ errors: [], warnings: [], pictures: 0, ...expected });

      await run(page);
      await drawn(page, expected);
      await screenshot(page, `${name}-executed`);
      expect(await seen(page)).toEqual({ errors: [], warnings: [], pictures: 0, ...expected });

      // Saving it keeps the pair together and the source as it is.
      await page.keyboard.down("Control");
      await page.keyboard.press("s");
      await page.keyboard.up("Control");
      await page.waitForFunction(() => document.querySelector(".jp-mod-dirty") === null, { timeout: 30_000 });
      expect(readFileSync(source, "utf8")).toBe(before);
      await page.close();
    },
  );

  test("writes nothing beside the notebooks but its own checkpoints", () => {
    const mine = readdirSync("notebooks");
    const theirs = readdirSync(directory).filter((name) => name !== ".ipynb_checkpoints");
    expect(theirs.sort()).toEqual(mine.sort());
  });
});

function freePort(): Promise<number> {
  return new Promise((done) => {
    const socket = createServer().listen(0, "127.0.0.1", () => {
      const { port } = socket.address() as { port: number };
      socket.close(() => done(port));
    });
  });
}
