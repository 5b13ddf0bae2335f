// @ts-check
// Removes what flatenn made outside the checkout, by its own list; the next command that needs a part sets it up anew.
//   node scripts/clean-cache.mjs            removes
//   node scripts/clean-cache.mjs --dry-run  only lists
import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory, cachePurpose, MADE_HERE, madeHere, ownNames } from "./cache.mjs";
import { diskSize, megabytes } from "./files.mjs";

/** Holds downloads, and files that somebody put there by hand. */
const SHARED = "downloads";

const dryRun = process.argv.includes("--dry-run");
const cache = cacheDirectory();
if (!existsSync(cache)) {
  console.log(`Nothing to remove: ${cache} does not exist.`);
  process.exit(0);
}

const listed = madeHere(cache);
let freed = 0;

/** @param {string} name */
function remove(name) {
  const bytes = diskSize(join(cache, name));
  freed += bytes;
  const purpose = cachePurpose(name);
  console.log(`  ${megabytes(bytes).padStart(8)}  ${name}${purpose ? `: ${purpose}` : ""}`);
  if (!dryRun) rmSync(join(cache, name), { recursive: true, force: true });
}

/** @param {string} folder */
function namesIn(folder) {
  return existsSync(folder) ? readdirSync(folder).sort() : [];
}

console.log(`${dryRun ? "Would remove" : "Removing"} from ${cache}:`);
const names = namesIn(cache).filter((name) => name !== MADE_HERE);
const own = ownNames(names, listed).filter((name) => name !== SHARED);
for (const name of own) remove(name);
const downloads = namesIn(join(cache, SHARED)).map((name) => `${SHARED}/${name}`);
for (const name of ownNames(downloads, listed)) remove(name);
if (
  !dryRun &&
  listed.includes(SHARED) &&
  existsSync(join(cache, SHARED)) &&
  namesIn(join(cache, SHARED)).length === 0
)
  rmdirSync(join(cache, SHARED));

// FLATENN_CACHE may point to a directory that holds other things as well.
for (const name of names.filter((name) => !own.includes(name) && existsSync(join(cache, name)))) {
  if (dryRun && name === SHARED && listed.includes(SHARED)) continue; // perhaps empty by then
  const why =
    cachePurpose(name) === undefined
      ? "which is not flatenn's"
      : "which flatenn's list does not name: an earlier version made it, or you did; remove it by hand if you do not need it";
  console.log(`  kept: ${name}, ${why}`);
}
if (!dryRun) {
  rmSync(join(cache, MADE_HERE), { force: true });
  if (namesIn(cache).length === 0) rmdirSync(cache);
}
console.log(
  `${megabytes(freed)} ${dryRun ? "would be freed" : "freed"}. Set up again by the next command that needs it.`,
);
