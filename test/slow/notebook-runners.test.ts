// Every program that executes notebooks must fail where a cell fails, and bring all of a cell's output.
import { execFile } from "node:child_process";
import {
  copyFileSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { jupyterEnvironment, jupyterPython } from "../../scripts/jupyter.mjs";

const run = promisify(execFile);

interface Outcome {
  code: number;
  output: string;
}

const notebooks = {
  passing: [`console.log("one");`, `const two: number = 2;\nconsole.log(two);`],
  throwing: [
    `console.log("before");`,
    `function inner(): never { throw new RangeError("rate must be in [0, 1], got 1.5"); }\ninner();`,
    `console.log("must not run");`,
  ],
  floating: [`void Promise.reject(new TypeError("nobody awaits this"));`, `console.log("must not run");`],
  late: [`setTimeout(() => { throw new TypeError("thrown by a timer"); }, 20);\nundefined;`],
  mistyped: [`let text: string = null;`],
  asynchronous: [`await new Promise((done) => setTimeout(done, 10));\nthrow "only a text";`],
} as const;
type Name = keyof typeof notebooks;

const failures: readonly { name: Name; error: string }[] = [
  { name: "throwing", error: "rate must be in [0, 1], got 1.5" },
  { name: "floating", error: "nobody awaits this" },
  { name: "late", error: "thrown by a timer" },
  { name: "mistyped", error: "Type 'null' is not assignable to type 'string'" },
  { name: "asynchronous", error: "only a text" },
];

function shownIn(path: string): { figures: number; tables: number } {
  const { cells } = JSON.parse(readFileSync(path, "utf8")) as {
    cells: { outputs?: { data?: Record<string, unknown> }[] }[];
  };
  const data = cells.flatMap((cell) => cell.outputs ?? []).map((output) => output.data ?? {});
  const count = (type: string) => data.filter((forms) => type in forms).length;
  return { figures: count("image/png"), tables: count("text/html") };
}

describe("the kernel", { timeout: 600_000 }, () => {
  let directory: string;
  let python: string;
  let env: NodeJS.ProcessEnv;

  beforeAll(async () => {
    directory = mkdtempSync(join(tmpdir(), "flatenn-runners-"));
    env = jupyterEnvironment(directory);
    python = await jupyterPython("test-requirements.txt");
    for (const name of Object.keys(notebooks) as Name[]) writeNotebook(name, notebooks[name]);
  }, 600_000);
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  function writeNotebook(name: string, sources: readonly string[], output?: object): void {
    const cells = sources.map((source, index) => ({
      cell_type: "code",
      id: `cell-${index}`,
      metadata: {},
      execution_count: null,
      outputs: output ? [output] : [],
      source,
    }));
    const kernelspec = { name: "tslab", display_name: "TypeScript (tslab)", language: "typescript" };
    const notebook = { cells, metadata: { kernelspec }, nbformat: 4, nbformat_minor: 5 };
    writeFileSync(join(directory, `${name}.ipynb`), JSON.stringify(notebook));
  }

  async function call(...args: string[]): Promise<Outcome> {
    try {
      const { stdout, stderr } = await run(python, args, { cwd: directory, env, maxBuffer: 1 << 26 });
      return { code: 0, output: stdout + stderr };
    } catch (error) {
      const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
      return { code, output: stdout + stderr };
    }
  }

  const executed = (name: string) =>
    JSON.parse(readFileSync(join(directory, "executed", `${name}.ipynb`), "utf8")) as {
      cells: { outputs: { output_type: string; name?: string; text?: string[] }[] }[];
    };
  const nbconvert = (name: string) =>
    call("-m", "nbconvert", "--execute", "--to", "notebook", "--output-dir", "executed", `${name}.ipynb`);

  const runners: readonly { runner: string; execute: (name: string) => Promise<Outcome> }[] = [
    {
      runner: "jupyter execute",
      execute: (name) => call("-c", "from nbclient.cli import main; main()", `${name}.ipynb`),
    },
    { runner: "nbconvert", execute: nbconvert },
    { runner: "nbmake", execute: (name) => call("-m", "pytest", "-q", "--nbmake", `${name}.ipynb`) },
    {
      runner: "nbval",
      execute: (name) => call("-m", "pytest", "-q", "-p", "no:nbmake", "--nbval-lax", `${name}.ipynb`),
    },
  ];

  describe.each(runners)("under $runner", ({ execute }) => {
    test("passes a notebook whose cells pass", async () => {
      expect(await execute("passing")).toMatchObject({ code: 0 });
    });

    test.each(failures)("fails a $name notebook and says why", async ({ name, error }) => {
      const { code, output } = await execute(name);
      expect(code).not.toBe(0);
      // Some of them break lines or colour them.
      expect(output.replaceAll(/\s+/g, " ")).toContain(error);
    });
  });

  test("brings 10,000 lines of output, in order", async () => {
    writeNotebook("long", [`for (let i = 0; i < 10_000; i++) console.log(i);`]);
    expect(await nbconvert("long")).toMatchObject({ code: 0 });
    const text = executed("long")
      .cells[0]!.outputs.flatMap((output) => output.text ?? [])
      .join("");
    expect(text).toBe(Array.from({ length: 10_000 }, (_, i) => `${i}\n`).join(""));
  });

  test("keeps standard output, errors and displays in the order in which a cell makes them", async () => {
    const source = `import { display } from "tslab";
console.log("a"); console.error("b"); display.html("<i>c</i>"); console.log("d");`;
    writeNotebook("mixed", [source]);
    expect(await nbconvert("mixed")).toMatchObject({ code: 0 });
    const kinds = executed("mixed").cells[0]!.outputs.map(({ output_type, name }) => name ?? output_type);
    expect(kinds).toEqual(["stdout", "stderr", "display_data", "stdout"]);
  });

  test("a cell after a failed one runs where errors are allowed", async () => {
    const { code } = await call(
      ...["-m", "nbconvert", "--execute", "--allow-errors", "--to", "notebook"],
      ...["--output-dir", "executed", "throwing.ipynb"],
    );
    expect(code).toBe(0);
    const kinds = executed("throwing").cells.map(({ outputs }) =>
      outputs.map(({ output_type }) => output_type),
    );
    expect(kinds).toEqual([["stream"], ["error"], ["stream"]]);
  });

  test("a rejection that the cell handles after a while is none", async () => {
    const source = `const p = Promise.reject(new Error("x"));
await new Promise((done) => setTimeout(done, 20));
try { await p; } catch { console.log("handled"); }`;
    writeNotebook("handled", [source]);
    expect(await nbconvert("handled")).toMatchObject({ code: 0 });
  });

  describe("on this repository's notebooks", () => {
    const names = readdirSync("notebooks").filter((name) => name.endsWith(".ipynb"));
    const paths = names.map((name) => resolve("notebooks", name));

    test("jupyter execute runs them", async () => {
      expect(await call("-c", "from nbclient.cli import main; main()", ...paths)).toMatchObject({ code: 0 });
    });

    test("nbmake passes them", async () => {
      expect(await call("-m", "pytest", "-q", "--nbmake", ...paths)).toMatchObject({ code: 0 });
    });

    test("nbval finds every output as it is committed, pictures included", async () => {
      expect(await call("-m", "pytest", "-q", "-p", "no:nbmake", "--nbval", ...paths)).toMatchObject({
        code: 0,
      });
    });

    test("nbconvert executes them into pages that show each figure as a picture and each table, with no script of the figure's", async () => {
      const { code } = await call(
        "-m",
        "nbconvert",
        "--execute",
        "--to",
        "html",
        "--output-dir",
        "pages",
        ...paths,
      );
      expect(code).toBe(0);
      for (const name of names) {
        const page = readFileSync(join(directory, "pages", name.replace(/\.ipynb$/, ".html")), "utf8");
        const { figures, tables } = shownIn(resolve("notebooks", name));
        expect(page.match(/<img[^>]* src="data:image\/png;base64,/g) ?? []).toHaveLength(figures);
        expect((page.match(/<table>\n<(?:caption|thead)/g) ?? []).length).toBeGreaterThanOrEqual(tables);
        expect(page).not.toContain("vnd.plotly");
      }
    });

    test("jupytext sync changes no byte of a pair, again and again", async () => {
      const copy = join(directory, "copy");
      // Files only: pytest, for one, leaves a folder beside the notebooks that it ran.
      const files = readdirSync("notebooks", { withFileTypes: true }).filter((entry) => entry.isFile());
      for (const { name } of files) cpSync(join("notebooks", name), join(copy, name));
      const bytes = () => readdirSync(copy).map((name) => readFileSync(join(copy, name), "latin1"));
      const committed = bytes();
      const sources = readdirSync(copy).filter((name) => name.endsWith(".ts"));
      for (const side of [sources, names, sources])
        await run(python, ["-m", "jupytext", "--sync", ...side.map((name) => join(copy, name))], { env });
      expect(bytes()).toEqual(committed);
    });
  });

  test("resolves packages that have only `exports`, with their types", async () => {
    mkdirSync(join(directory, "node_modules", "only-exports"), { recursive: true });
    const place = join(directory, "node_modules", "only-exports");
    const exported = { "./deep": { types: "./inside.d.ts", default: "./inside.js" } };
    writeFileSync(
      join(place, "package.json"),
      JSON.stringify({ name: "only-exports", type: "module", exports: exported }),
    );
    writeFileSync(join(place, "inside.js"), "export const answer = 42;\n");
    writeFileSync(join(place, "inside.d.ts"), "export declare const answer: 42;\n");
    for (const name of ["tslab", "@tslab", "@types"]) {
      symlinkSync(resolve("node_modules", name), join(directory, "node_modules", name));
    }
    writeNotebook("packages", [
      `import { answer } from "only-exports/deep";\nconst same: 42 = answer;\nconsole.log(same);`,
    ]);
    expect(await nbconvert("packages")).toMatchObject({ code: 0 });
    rmSync(join(directory, "node_modules"), { recursive: true });
  });

  test("leaves no file of its own and no process behind", async () => {
    await nbconvert("throwing");
    expect(readdirSync(directory).filter((name) => /^flatenn-|\.json$/.test(name))).toEqual([]);
    if (process.platform === "linux") {
      const { stdout } = await run("ps", ["-eo", "args"]);
      expect(
        stdout.split("\n").filter((line) => line.includes("kernel.cjs") && line.includes(directory)),
      ).toEqual([]);
    }
  });

  test("scripts/notebooks.mjs writes what two runs agree on, finds drift, and fails with the error's text", async () => {
    const pair = join(directory, "pairs");
    mkdirSync(pair);
    copyFileSync(resolve("notebooks/jupytext.toml"), join(pair, "jupytext.toml"));
    const header = readFileSync(resolve("notebooks/00-overview.ts"), "utf8").split("// %%")[0]!;
    const write = (code: string) => writeFileSync(join(pair, "a.ts"), `${header}// %%\n${code}\n`);
    const notebooks = async (...args: string[]) => {
      try {
        return {
          code: 0,
          ...(await run(process.execPath, ["scripts/notebooks.mjs", "--directory", pair, ...args])),
        };
      } catch (error) {
        return error as { code: number; stdout: string };
      }
    };
    write(`console.log("first");\nsetTimeout(() => console.log("second"), 20);\nundefined;`);
    expect(await notebooks()).toMatchObject({ code: 0 });
    const first = readFileSync(join(pair, "a.ipynb"), "utf8");
    expect(await notebooks("--check")).toMatchObject({ code: 0 });

    // Syncing an executed notebook with its source changes neither.
    const source = readFileSync(join(pair, "a.ts"), "utf8");
    await run(python, ["-m", "jupytext", "--sync", join(pair, "a.ts")], { env });
    expect(readFileSync(join(pair, "a.ts"), "utf8")).toBe(source);
    expect(readFileSync(join(pair, "a.ipynb"), "utf8")).toBe(first);

    write(`console.log("other");`);
    const drift = await notebooks("--check");
    expect(drift.code).toBe(1);
    expect(drift.stdout).toMatch(/-.*first/);
    expect(drift.stdout).toMatch(/\+.*other/);
    expect(readFileSync(join(pair, "a.ipynb"), "utf8")).toBe(first);

    write(`throw new RangeError("this one");`);
    const failed = await notebooks();
    expect(failed.code).toBe(1);
    expect(failed.stdout).toContain("RangeError: this one");
    expect(readFileSync(join(pair, "a.ipynb"), "utf8")).toBe(first);
  });
});
