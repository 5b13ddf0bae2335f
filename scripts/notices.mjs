// @ts-check
// Writes THIRD-PARTY-NOTICES.md from package-lock.json: node scripts/notices.mjs
import { readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { TENSORFLOW_VERSION } from "./tensorflow.mjs";

const root = dirname(dirname(fileURLToPath(import.meta.url)));

/**
 * A package of the lock file that is there when the project is used, not only when it is developed.
 * @typedef {{ name: string, version: string, license: string }} Dependency
 */

/** @returns {Dependency[]} by name and version, each once */
export function dependencies() {
  const { packages } = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8"));
  /** @type {Map<string, Dependency>} */
  const found = new Map();
  for (const [path, entry] of Object.entries(packages)) {
    if (path === "" || entry.dev) continue;
    const name = entry.name ?? path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
    found.set(`${name} ${entry.version}`, {
      name,
      version: entry.version,
      license: entry.license ?? "not stated",
    });
  }
  return [...found.values()].sort((a, b) => (`${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1));
}

/** @returns {string} */
export function notices() {
  const all = dependencies();
  const direct = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).dependencies;
  const licenses = [...new Set(all.map(({ license }) => license))].sort();
  const list = (/** @type {Dependency[]} */ some) =>
    some.map(({ name, version }) => `${name} ${version}`).join(", ");
  return `# Third-party notices

FlatENN-TS itself has the MIT licence (\`LICENSE\`). This file is written by \`node scripts/notices.mjs\`.

## Part of this repository

| what | licence | origin |
|---|---|---|
| Fashion-MNIST, \`data/fashion-mnist/\` | MIT, Zalando SE 2017; its text is in \`data/fashion-mnist/LICENSE\` | Xiao, Rasul and Vollgraf, arXiv 1708.07747 |

## Fetched on first use, and not part of this repository

| what | licence | for |
|---|---|---|
| TensorFlow ${TENSORFLOW_VERSION}, its C library from the Python package \`tensorflow-cpu\` | Apache-2.0 | training |
| Chromium, inside the npm package \`@sparticuz/chromium\` | BSD-3-Clause, and those of its parts (\`chrome://credits\`) | drawing figures |
| DejaVu fonts, npm package \`dejavu-fonts-ttf\` | Bitstream Vera and Arev licences, DejaVu's changes in the public domain | text of figures |
| Python packages, \`jupyter/constraints.txt\` | BSD-3-Clause, MIT, Apache-2.0 and others, as each states | notebooks |

## npm packages

Those named in \`package.json\`:

| package | version | licence |
|---|---|---|
${all
  .filter(({ name, version }) => direct[name] === version)
  .map(({ name, version, license }) => `| ${name} | ${version} | ${license} |\n`)
  .join("")}
All that these need, by licence. Each package holds its licence's text in \`node_modules/<name>\`.

${licenses.map((license) => `**${license}**: ${list(all.filter((one) => one.license === license))}\n`).join("\n")}`;
}

if (process.argv[1] === fileURLToPath(import.meta.url))
  writeFileSync(join(root, "THIRD-PARTY-NOTICES.md"), notices());
