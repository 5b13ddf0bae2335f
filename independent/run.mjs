// @ts-check
// npm run check:independent: starts check.py with a Python that has its packages; what follows `--` goes to it.
import { spawnSync } from "node:child_process";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { jupyterPython } from "../scripts/jupyter.mjs";
import { runMain } from "../scripts/processes.mjs";

const here = dirname(fileURLToPath(import.meta.url));

await runMain(async (args) => {
  const python = await jupyterPython("../independent/requirements.txt", "the independent check");
  // Its matrices are small: on a busy machine more threads take three times as long.
  const env = { OPENBLAS_NUM_THREADS: "1", ...process.env };
  const { status, signal, error } = spawnSync(python, [join(here, "check.py"), ...args], { stdio: "inherit", env });
  if (error) throw error;
  if (signal) process.stderr.write(`the check did not end: it was stopped by ${signal}\n`);
  return status ?? 1;
});
