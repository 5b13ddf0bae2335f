import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const ROOT = fileURLToPath(new URL("..", import.meta.url));
const run = (code: string) =>
  execFileSync(process.execPath, ["--input-type=module", "-e", code], { cwd: ROOT, encoding: "utf8" });

describe("import from 'flatenn'", () => {
  it("gives the modules of the paper without loading native TensorFlow", () => {
    const loaded = run(`
      import { quantization, sparsity, saq, faults, loadBackend } from "flatenn";
      import { createRequire } from "node:module";
      const native = Object.keys(createRequire(import.meta.url).cache).filter((path) => path.includes("tfjs-node"));
      console.log(JSON.stringify([[quantization, sparsity, saq, faults].map((m) => typeof m), typeof loadBackend, native]));
    `);
    expect(JSON.parse(loaded)).toEqual([["object", "object", "object", "object"], "function", []]);
  });

  it("works where there is no native library, and loadBackend() then says what to do", () => {
    const said = run(`
      import Module from "node:module";
      const load = Module._load;
      Module._load = (id, ...rest) => {
        if (id.includes("tfjs_binding")) throw new Error("cannot open shared object file");
        return load(id, ...rest);
      };
      const { faults, loadBackend, UserError } = await import("flatenn");
      const map = faults.drawFaultMap({ key: "k", index: 0, layers: [{ name: "a", weights: 100 }], bits: 4 });
      const error = await loadBackend().catch((e) => e);
      console.log(JSON.stringify([map.layers[0].positions.length > 0, error instanceof UserError, error.message]));
    `);
    expect(JSON.parse(said.trim().split("\n").at(-1)!)).toEqual([
      true,
      true,
      expect.stringContaining("npm run doctor"),
    ]);
  });

  it("has types that TypeScript 5.0, the notebook kernel's, can read", () => {
    const compiler = createRequire(import.meta.url).resolve("@tslab/typescript-for-tslab");
    const out = run(`
      import ts from ${JSON.stringify(compiler)};
      const program = ts.createProgram([${JSON.stringify(join(ROOT, "dist/index.d.ts"))}], {
        strict: true, noEmit: true, skipLibCheck: false, types: ["node"],
        target: ts.ScriptTarget.ES2022, module: ts.ModuleKind.ESNext, moduleResolution: ts.ModuleResolutionKind.Bundler,
      });
      const ours = program.getSourceFiles().filter((f) => f.fileName.includes("/dist/") && !f.fileName.includes("node_modules"));
      const errors = ours.flatMap((f) => [...program.getSyntacticDiagnostics(f), ...program.getSemanticDiagnostics(f)]);
      console.log(JSON.stringify([ts.version, ours.length, errors.map((e) => ts.flattenDiagnosticMessageText(e.messageText, " "))]));
    `);
    const [version, files, errors] = JSON.parse(out);
    expect(version).toMatch(/^5\.0/);
    expect(files).toBeGreaterThan(50);
    expect(errors).toEqual([]);
  });
});

describe("the two floors", () => {
  it("only src/tensors/backend names tfjs-node, and no source draws randomness that is not keyed", () => {
    const sources = readdirSync(join(ROOT, "src"), { recursive: true, encoding: "utf8" }).filter((path) =>
      path.endsWith(".ts"),
    );
    expect(sources.length).toBeGreaterThan(50);
    for (const path of sources) {
      const text = readFileSync(join(ROOT, "src", path), "utf8");
      if (!path.startsWith("tensors/backend"))
        expect(text, path).not.toMatch(/from "@tensorflow\/tfjs-node|import\("@tensorflow/);
      expect(text, path).not.toMatch(/model\.fit\(|tf\.random(Normal|Uniform)\(/);
      if (!path.startsWith("publishing/rendering")) expect(text, path).not.toMatch(/Math\.random\(/);
    }
  });
});
