import { join } from "node:path";
import type { Browser as Puppet } from "puppeteer-core";
import { UserError } from "../../base/errors.js";
import { openScratch } from "../../base/files/scratch.js";
import { findBrowser, fontEnvironment } from "./browser.js";

/** A running browser and the directory of its files. */
export interface LaunchedBrowser {
  readonly browser: Puppet;
  readonly scratch: string;
  /** Ends the browser and removes its files. */
  close(): Promise<void>;
}

/**
 * Starts the browser that draws, without a window.
 *
 * @throws UserError where there is no browser (see `findBrowser`) or it does not start
 */
export async function launchBrowser(): Promise<LaunchedBrowser> {
  const { executable, env } = await findBrowser();
  const scratch = openScratch("flatenn-browser-");
  try {
    const variables = { ...env, ...fontEnvironment(scratch.path) };
    const browser = await launch(executable, variables, scratch.path);
    // Before the scratch directory is removed at the exit of a process that never closed the browser.
    const kill = () => browser.process()?.kill("SIGKILL");
    process.prependListener("exit", kill);
    const close = () =>
      browser.close().finally(() => {
        process.removeListener("exit", kill);
        scratch.remove();
      });
    return { browser, scratch: scratch.path, close };
  } catch (error) {
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

/** An error of the browser's in one line. */
export function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split("\n")[0]!;
}
