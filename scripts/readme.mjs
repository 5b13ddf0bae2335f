// @ts-check
// Writes the part of README.md that shows results, from the committed ones. Called by `npm run figures`.
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { exhibits, results } from "../dist/index.js";

const BEGIN = /(<!-- results:begin[^\n]*-->\n)[\s\S]*?(<!-- results:end -->)/;

/** @param {string} readme @returns {Promise<string>} the same text with the results as they are now */
export async function withResults(readme) {
  const published = await results.readResults("lenet5-fashion", "quick");
  const tables = [exhibits.networkTable(published), exhibits.claimsTable(published)];
  const text = tables.map((table) => exhibits.toText(table).trim()).join("\n\n");
  return readme.replace(BEGIN, (_, begin, end) => `${begin}\n\`\`\`text\n${text}\n\`\`\`\n\n${end}`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = join(dirname(dirname(fileURLToPath(import.meta.url))), "README.md");
  writeFileSync(path, await withResults(readFileSync(path, "utf8")));
}
