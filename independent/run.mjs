// @ts-check
// npm run check:independent: starts check.py with a Python that has its packages; what follows `--` goes to it.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { jupyterPython } from "../scripts/jupyter.mjs";
import { runMain } from "../scripts/processes.mjs";

const here = dirname(fileURLToPath(import.meta.url));

await runMain(async (args) => {
  const python = await jupyterPython("../independent/requirements.txt");
  const { status, error } = spawnSync(python, [join(here, "check.py"), ...args], { stdio: "inherit" });
  if (error) throw error;
  return status ?? 1;
});
