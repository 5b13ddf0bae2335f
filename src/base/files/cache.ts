import { homedir } from "node:os";
import { join, resolve } from "node:path";

export interface CacheSurroundings {
  readonly env?: Readonly<Record<string, string | undefined>>;
  readonly platform?: string;
  readonly home?: string;
}

/**
 * The directory for what is too large for a checkout: $FLATENN_CACHE if set, else $XDG_CACHE_HOME/flatenn, else
 * `flatenn` in the platform's usual cache folder. An empty variable counts as not set. `scripts/cache.mjs` has the
 * same rule, since the set-up runs before this is compiled; a test holds the two together.
 */
export function cacheDirectory(surroundings: CacheSurroundings = {}): string {
  const { env = process.env, platform = process.platform, home = homedir() } = surroundings;
  if (env["FLATENN_CACHE"]) return resolve(env["FLATENN_CACHE"]);
  if (env["XDG_CACHE_HOME"]) return resolve(env["XDG_CACHE_HOME"], "flatenn");
  if (platform === "darwin") return join(home, "Library", "Caches", "flatenn");
  if (platform === "win32") return join(env["LOCALAPPDATA"] || join(home, "AppData", "Local"), "flatenn");
  return join(home, ".cache", "flatenn");
}
