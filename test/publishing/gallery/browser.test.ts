import { cpSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Page } from "puppeteer-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { writeGallery } from "../../../src/publishing/gallery/index.js";
import { canUnpack } from "../../../src/publishing/rendering/index.js";
import { type LaunchedBrowser, launchBrowser } from "../../../src/publishing/rendering/launch.js";

/** Where screenshots go, to be looked at. */
const SCREENSHOTS = process.env["FLATENN_SCREENSHOTS"];

describe.runIf(canUnpack() || process.env["FLATENN_CHROMIUM"])(
  "the gallery in a browser",
  { timeout: 60_000 },
  () => {
    const folder = mkdtempSync(join(tmpdir(), "flatenn-gallery-"));
    let launched: LaunchedBrowser;
    let complaints: string[] = [];

    beforeAll(async () => {
      cpSync("figures", folder, { recursive: true, filter: (path) => !path.endsWith("plotly.js") });
      launched = await launchBrowser();
    }, 60_000);
    afterAll(async () => {
      await launched.close();
      rmSync(folder, { recursive: true });
    });

    const open = async (): Promise<Page> => {
      const page = await launched.browser.newPage();
      complaints = [];
      page.on("console", (message) => complaints.push(message.text()));
      page.on("pageerror", (error) => complaints.push(String(error)));
      page.on("request", (request) => {
        if (!/^(file|data|blob):/.test(request.url())) complaints.push(`asks for ${request.url()}`);
      });
      await page.setViewport({ width: 1300, height: 900 });
      await page.goto(pathToFileURL(join(folder, "index.html")).href);
      return page;
    };

    const screenshot = async (page: Page, name: string) => {
      if (!SCREENSHOTS) return;
      mkdirSync(SCREENSHOTS, { recursive: true });
      await page.screenshot({ path: join(SCREENSHOTS, `${name}.png`), fullPage: true });
    };

    const figures = (page: Page) =>
      page.$$eval("figure[data-name]", (all) =>
        all.map((figure) => ({
          picture: [...figure.querySelectorAll("img")].some(
            (img) => img.offsetWidth > 0 && img.naturalWidth > 0,
          ),
          plot: [...figure.querySelectorAll(".js-plotly-plot .main-svg")].some((svg) => svg.clientWidth > 0),
          told: figure.querySelector("[role=status]")!.textContent,
        })),
      );

    test("without plotly.js beside it a figure stays a picture, and says what is missing", async () => {
      const page = await open();
      await (await page.$("figcaption button"))!.click();
      await page.waitForFunction(() => document.querySelector("[role=status]")!.textContent !== "");
      expect((await figures(page))[0]).toMatchObject({
        picture: true,
        plot: false,
        told: expect.stringContaining("npm run figures"),
      });
      await page.close();
    });

    test("opens in under 2 s with every figure as a picture, without a complaint and without a network", async () => {
      writeGallery(folder);
      const page = await open();
      const { loadEventEnd } = await page.evaluate(
        () => performance.getEntriesByType("navigation")[0]!.toJSON() as { loadEventEnd: number },
      );
      expect(loadEventEnd).toBeLessThan(2_000);
      const all = await figures(page);
      expect(all.length).toBeGreaterThan(0);
      expect(all).toEqual(all.map(() => ({ picture: true, plot: false, told: "" })));
      expect(complaints).toEqual([]);
      await screenshot(page, "gallery-light");
      await page.close();
    });

    test("a figure becomes interactive under the mouse, says its values, and a picture again by its button", async () => {
      const page = await open();
      const paper = (await page.$("figure[data-name] .paper"))!;
      await paper.hover();
      await page.waitForSelector(".js-plotly-plot .main-svg .trace");
      expect((await figures(page))[0]).toMatchObject({ picture: false, plot: true });
      await (await page.$(".js-plotly-plot .point"))!.hover();
      await page.waitForSelector(".js-plotly-plot .hoverlayer .hovertext");
      await screenshot(page, "gallery-interactive");
      await (await page.$("figcaption button"))!.click();
      expect((await figures(page))[0]).toMatchObject({ picture: true, plot: false });
      expect(complaints).toEqual([]);
      await page.close();
    });

    test("everything that can be used is reached with the Tab key, and a figure is made interactive with Enter", async () => {
      const page = await open();
      const all = await page.$$eval("a[href], button, summary, [tabindex='0']", (elements) =>
        elements.map((element, index) => {
          (element as HTMLElement).dataset["stop"] = String(index);
          // Inside a folded table nothing is reached until it is unfolded.
          const folded = element.closest("details:not([open])") !== null && element.tagName !== "SUMMARY";
          return folded ? null : String(index);
        }),
      );
      const reached: string[] = [];
      for (let presses = 0; presses < all.length; presses++) {
        await page.keyboard.press("Tab");
        const stop = await page.evaluate(() => (document.activeElement as HTMLElement).dataset["stop"]);
        if (stop === undefined) break;
        reached.push(stop);
      }
      expect(reached).toEqual(all.filter((stop) => stop !== null));
      await page.focus("figcaption button");
      await page.keyboard.press("Enter");
      await page.waitForSelector(".js-plotly-plot .main-svg .trace");
      expect(complaints).toEqual([]);
      await page.close();
    });

    test.each(["light", "dark"])(
      "all text stands out from its ground when the system is %s",
      async (scheme) => {
        const page = await open();
        await page.emulateMediaFeatures([{ name: "prefers-color-scheme", value: scheme }]);
        const { ground, contrasts } = await page.evaluate(() => {
          const channels = (color: string) => (color.match(/[\d.]+/g) ?? []).map(Number);
          const luminance = (color: string) =>
            channels(color)
              .slice(0, 3)
              .map((value) => value / 255)
              .map((value) => (value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4))
              .reduce((sum, value, i) => sum + value * [0.2126, 0.7152, 0.0722][i]!, 0);
          const groundOf = (element: Element | null): string => {
            if (!element) return "rgb(255, 255, 255)";
            const color = getComputedStyle(element).backgroundColor;
            return channels(color)[3] === 0 ? groundOf(element.parentElement) : color;
          };
          const texts = [...document.querySelectorAll("body *")].filter((element) =>
            [...element.childNodes].some(
              (node) => node.nodeType === Node.TEXT_NODE && node.textContent!.trim() !== "",
            ),
          );
          const contrasts = texts
            .filter((element) => (element as HTMLElement).offsetParent !== null)
            .map((element) => {
              const [a, b] = [getComputedStyle(element).color, groundOf(element)]
                .map(luminance)
                .sort((x, y) => y - x);
              return { text: element.textContent!.slice(0, 40), contrast: (a! + 0.05) / (b! + 0.05) };
            });
          return { ground: luminance(groundOf(document.body)), contrasts };
        });
        expect(ground > 0.5).toBe(scheme === "light");
        expect(contrasts.length).toBeGreaterThan(50);
        expect(contrasts.filter(({ contrast }) => contrast < 4.5)).toEqual([]); // WCAG 2.1, level AA
        if (scheme === "dark") await screenshot(page, "gallery-dark");
        await page.close();
      },
    );

    test("on a narrow screen only figures and tables scroll sideways", async () => {
      const page = await open();
      await page.setViewport({ width: 390, height: 800 });
      const { scrollWidth } = await page.evaluate(() => ({
        scrollWidth: document.documentElement.scrollWidth,
      }));
      expect(scrollWidth).toBeLessThanOrEqual(390);
      await screenshot(page, "gallery-narrow");
      await page.close();
    });
  },
);
