import { execFileSync } from "node:child_process";
import { join } from "node:path";

/** A Python with packages of the index, in an environment below a folder. @throws Error that says what is missing */
export function pythonWith(
  folder: string,
  ...packages: readonly string[]
): (args: readonly string[]) => string {
  const python = join(folder, "venv", process.platform === "win32" ? "Scripts/python.exe" : "bin/python");
  run("python3", ["-m", "venv", join(folder, "venv")], "python3 with the venv module (Debian: python3-venv)");
  const pip = ["-m", "pip", "install", "--quiet", "--disable-pip-version-check", ...packages];
  run(python, pip, `pip and the Python packages ${packages.join(" and ")}, so a network or a pip cache`);
  return (args) => run(python, args, "Python to read what was written");
}

function run(command: string, args: readonly string[], need: string): string {
  try {
    return execFileSync(command, args, { encoding: "utf8", stdio: "pipe", maxBuffer: 1 << 26 });
  } catch (error) {
    const { stderr, message } = error as { stderr?: string; message: string };
    throw new Error(`this test needs ${need}; "${command} ${args.join(" ")}" failed: ${stderr || message}`);
  }
}
