// @ts-check
// Removes what flatenn keeps outside the checkout; the next command that needs a part sets it up anew.
//   node scripts/clean-cache.mjs            removes
//   node scripts/clean-cache.mjs --dry-run  only lists
import { existsSync, readdirSync, rmdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { cacheDirectory, cachePurpose } from "./cache.mjs";
import { diskSize, megabytes } from "./files.mjs";

const dryRun = process.argv.includes("--dry-run");
const cache = cacheDirectory();
if (!existsSync(cache)) {
  console.log(`Nothing to remove: ${cache} does not exist.`);
  process.exit(0);
}

let freed = 0;
let kept = 0;
console.log(`${dryRun ? "Would remove" : "Removing"} from ${cache}:`);
for (const name of readdirSync(cache).sort()) {
  const purpose = cachePurpose(name);
  if (purpose === undefined) {
    // FLATENN_CACHE may point to a directory that holds other things as well.
    console.log(`  kept: ${name}, which is not flatenn's`);
    kept += 1;
    continue;
  }
  const bytes = diskSize(join(cache, name));
  freed += bytes;
  console.log(`  ${megabytes(bytes).padStart(8)}  ${name}: ${purpose}`);
  if (!dryRun) rmSync(join(cache, name), { recursive: true, force: true });
}
if (!dryRun && kept === 0) rmdirSync(cache);
console.log(
  `${megabytes(freed)} ${dryRun ? "would be freed" : "freed"}. Set up again by the next command that needs it.`,
);
