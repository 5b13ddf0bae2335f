import { join } from "node:path";
import type { Browser as Puppet } from "puppeteer-core";
import { messageOf, UserError } from "../../base/errors.js";
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
  const start = (sandbox: readonly string[]) =>
    puppeteer.launch({
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
        ...sandbox,
        "--disable-dev-shm-usage",
        // What differs between machines: hinting of glyphs, the colour profile, the graphics card.
        "--font-render-hinting=none",
        "--force-color-profile=srgb",
        "--use-gl=angle",
        "--use-angle=swiftshader",
        "--enable-unsafe-swiftshader",
      ],
    });
  try {
    // It does not start for root, as in a container, and where the system lets nobody have namespaces of his own.
    return await (isRoot() ? start(NO_SANDBOX) : start([]).catch(() => start(NO_SANDBOX)));
  } catch (error) {
    throw new UserError(`the browser ${executablePath} did not start: ${firstLine(error)}`);
  }
}

/** Without it: the only page that is opened is our own. */
const NO_SANDBOX = ["--no-sandbox"] as const;

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** An error of the browser's in one line. */
export function firstLine(error: unknown): string {
  return messageOf(error).split("\n")[0]!;
}
