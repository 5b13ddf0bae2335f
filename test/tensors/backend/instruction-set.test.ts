import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { UserError } from "../../../src/base/errors.js";
import { pinEnvironment } from "../../../src/tensors/backend/environment.js";
import { INSTRUCTION_SETS, requireInstructionSet } from "../../../src/tensors/backend/instruction-set.js";

const ROOT = fileURLToPath(new URL("../../..", import.meta.url));
const wide = INSTRUCTION_SETS.AVX512_CORE;

describe("the instruction set that training is held to", () => {
  it("is what oneDNN is told", () => {
    const [usual, own]: Record<string, string | undefined>[] = [{}, {}];
    pinEnvironment(usual);
    pinEnvironment(own, "AVX512_CORE");
    expect([usual!["ONEDNN_MAX_CPU_ISA"], own!["ONEDNN_MAX_CPU_ISA"]]).toEqual(["AVX2", "AVX512_CORE"]);
    expect(Object.keys(own!)).toEqual(Object.keys(usual!));
  });

  it("must be one of the processor, since a lesser one would train other networks in silence", () => {
    const refusal = (architecture: string, extensions: readonly string[] | undefined) => {
      const processor = { architecture, extensions: extensions && new Set(extensions) };
      try {
        requireInstructionSet("AVX512_CORE", processor);
      } catch (error) {
        expect(error).toBeInstanceOf(UserError);
        return (error as Error).message;
      }
      return undefined;
    };
    expect(refusal("x64", ["sse2", "avx2", ...wide])).toBeUndefined();
    expect(refusal("x64", ["avx2", ...wide.slice(1)])).toContain("this processor lacks avx512f:");
    expect(refusal("x64", ["avx2"])).toContain(`lacks ${wide.join(", ")}`);
    expect(refusal("x64", undefined)).toContain("this system does not say");
    expect(refusal("arm64", undefined)).toContain("of another kind (arm64)");
    expect(refusal("x64", [])).toMatch(/Train on a processor that has it.*evaluating them needs it nowhere/);
  });

  it("is the default one everywhere where nothing is said", () => {
    for (const architecture of ["x64", "arm64"])
      expect(() => requireInstructionSet("AVX2", { architecture, extensions: undefined })).not.toThrow();
  });

  it("cannot change within a process, and must be known", () => {
    const code = `
      const tensors = await import("./dist/index.js");
      const tried = async (options) => tensors.loadBackend(options).then(({ instructionSet }) => instructionSet, (e) => e.message);
      console.log(JSON.stringify([await tried({ instructionSet: "SSE" }), await tried({}), await tried({ instructionSet: "AVX2" }), await tried({ instructionSet: "AVX512_CORE" })]));`;
    const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", code], {
      cwd: ROOT,
      encoding: "utf8",
    });
    expect(stderr).toBe("");
    const [unknown, first, same, other] = JSON.parse(stdout);
    expect(unknown).toMatch(/instructionSet must be one of AVX2, AVX512_CORE, got .*SSE/);
    expect([first, same]).toEqual(["AVX2", "AVX2"]);
    expect(other).toContain(
      "computes with the instruction set AVX2 already and cannot change to AVX512_CORE",
    );
  });
});
