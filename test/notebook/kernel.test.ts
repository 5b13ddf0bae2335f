import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Answer, KernelClient, printed } from "./kernel-client.js";

describe.skipIf(process.platform === "win32")("the kernel", { timeout: 30_000 }, () => {
  let kernel: KernelClient;
  beforeAll(async () => {
    kernel = await KernelClient.start();
  }, 60_000);
  afterAll(async () => {
    expect(await kernel.stop()).toBe(0);
  });

  test("says what it is, with status and the version of its compiler", async () => {
    const { reply } = await kernel.request("kernel_info_request", {});
    expect(reply).toMatchObject({
      status: "ok",
      language_info: { name: "typescript", file_extension: ".ts" },
    });
    expect(reply.language_info.version).toMatch(/^\d+\.\d+\.\d+$/);
  });

  test("runs cells that share their names, and prints the last value", async () => {
    expect((await kernel.execute("const three: number = 3;")).reply.status).toBe("ok");
    const answer = await kernel.execute("three + 1");
    expect(answer.reply).toMatchObject({ status: "ok", payload: [], user_expressions: {} });
    expect(printed(answer)).toBe("4\n");
  });

  test("finds an earlier cell's variable in the shorthand of an object, and leaves a local one alone", async () => {
    await kernel.execute("const width = 7; const depth = 8;");
    const answer = await kernel.execute(
      `console.log([1].map((depth) => ({ width, depth })), JSON.stringify({ width }));`,
    );
    expect(printed(answer)).toBe('[ { width: 7, depth: 1 } ] {"width":7}\n');
  });

  test("brings 10,000 lines in few messages and in order", async () => {
    const answer = await kernel.execute("for (let i = 0; i < 10_000; i++) console.log(i);");
    expect(printed(answer)).toBe(Array.from({ length: 10_000 }, (_, i) => `${i}\n`).join(""));
    expect(answer.published.length).toBeLessThan(10);
  });

  test("keeps a character whole whose bytes come in two writes, and calls back after a write", async () => {
    const answer = await kernel.execute(`const bytes = Buffer.from("ü");
process.stdout.write(bytes.subarray(0, 1));
await new Promise<void>((done) => process.stdout.write(bytes.subarray(1), () => done()));`);
    expect(printed(answer)).toBe("ü");
  });

  test("publishes what a cell throws, with name, message and the cell's own frames only", async () => {
    const answer = await kernel.execute(
      `function inner(): never { throw new RangeError("too far"); }\ninner();`,
    );
    expect(answer.reply).toMatchObject({ status: "error", ename: "RangeError", evalue: "too far" });
    const error = answer.published.find(({ type }) => type === "error")!.content;
    expect(error).toMatchObject({ ename: "RangeError", evalue: "too far" });
    const traceback = error.traceback.join("\n");
    expect(traceback).toContain("at inner");
    expect(traceback).not.toMatch(/node:|executor\.js/);
  });

  test.each([
    [`throw "only a text";`, "Error", "only a text"],
    [`await Promise.resolve(); throw undefined;`, "Error", "undefined"],
    [`let text: string = null;`, "CompileError", "1:5 - Type 'null' is not assignable to type 'string'."],
    [`const f = (x) => x;`, "CompileError", "1:12 - Parameter 'x' implicitly has an 'any' type."],
    [`void Promise.reject(new TypeError("floating"));`, "TypeError", "floating"],
    [`setTimeout(() => { throw new TypeError("late"); }, 20); undefined;`, "TypeError", "late"],
    [`import { readFile } from "node:fs/promises";\nvoid readFile("missing");`, "Error", /^ENOENT/],
  ])("fails the cell %s", async (code, ename, evalue) => {
    const { reply } = await kernel.execute(code);
    expect(reply).toMatchObject({ status: "error", ename });
    expect(reply.evalue).toMatch(evalue);
  });

  test("lets a cell handle a rejection after a while", async () => {
    const answer = await kernel.execute(`const p = Promise.reject(new Error("x"));
await new Promise((done) => setTimeout(done, 20));
try { await p; } catch { console.log("handled"); }`);
    expect(answer.reply.status).toBe("ok");
    expect(printed(answer)).toBe("handled\n");
  });

  test("fails the next cell for what fails between two, and tells the log", async () => {
    expect(
      (await kernel.execute(`setTimeout(() => { throw new Error("much later"); }, 500); undefined;`)).reply
        .status,
    ).toBe("ok");
    await new Promise((done) => setTimeout(done, 400));
    expect((await kernel.execute("1")).reply).toMatchObject({ status: "error", evalue: "much later" });
    expect(kernel.log).toContain("much later");
    expect((await kernel.execute("1")).reply.status).toBe("ok");
  });

  test("aborts the cells queued behind a failed one, answers in order, and runs the next", async () => {
    const order: string[] = [];
    const send = async (name: string, code: string) => {
      const { reply } = await kernel.execute(code);
      order.push(`${name} ${reply.status}`);
    };
    await Promise.all([send("first", "throw 1;"), send("second", "1"), send("third", "1")]);
    expect(order).toEqual(["first error", "second aborted", "third aborted"]);
    expect((await kernel.execute("1")).reply.status).toBe("ok");
  });

  describe("when interrupted", () => {
    const SIGNAL = `const signal: AbortSignal = (globalThis as any)[Symbol.for("jupyter.cell.signal")];`;
    /** Interrupts the cell when it has begun, again and again if it is to be stopped the hard way. */
    const interrupted = async (code: string, times = 1): Promise<Answer> => {
      let begun = false;
      const answer = kernel.execute(`console.log("begun");\n${code}`, () => {
        if (begun) return;
        begun = true;
        for (let i = 0; i < times; i++) setTimeout(() => kernel.interrupt(), 200 * (i + 1));
      });
      return answer;
    };

    test("a synchronous loop fails with KeyboardInterrupt, and the next cell runs", async () => {
      // It prints nothing while it runs, so there is no sign that it has begun: between two cells an interrupt is ignored.
      const answer = kernel.execute("while (true) {}");
      const interrupts = setInterval(() => kernel.interrupt(), 300);
      const { reply } = await answer;
      clearInterval(interrupts);
      expect(reply).toMatchObject({ status: "error", ename: "KeyboardInterrupt", evalue: "interrupted" });
      expect((await kernel.execute("1")).reply.status).toBe("ok");
    });

    test.each([
      ["a cell that awaits what knows nothing of signals", "await new Promise(() => {});"],
      [
        "a cell that awaits what throws the signal's reason",
        `${SIGNAL}
await new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason)));`,
      ],
      [
        "a cell that awaits one of Node's own functions",
        `import { setTimeout as pause } from "node:timers/promises";
${SIGNAL}
await pause(60_000, undefined, { signal });`,
      ],
    ])("%s fails with KeyboardInterrupt, and the next cell runs", async (_, code) => {
      const { reply, published } = await interrupted(code);
      expect(reply).toMatchObject({ status: "error", ename: "KeyboardInterrupt" });
      expect(published.find(({ type }) => type === "error")!.content.evalue).toMatch(/^interrupted/);
      expect((await kernel.execute("1")).reply.status).toBe("ok");
    });

    test("a cell that took its signal ends when what it awaits has ended, and prints until then", async () => {
      const answer = await interrupted(`import { cellSignal } from "../dist/notebook/index.js";
const running = cellSignal();
while (!running.aborted) await new Promise((done) => setTimeout(done, 10));
await new Promise((done) => setTimeout(done, 200));
console.log("stored");
running.throwIfAborted();`);
      expect(answer.reply).toMatchObject({ ename: "KeyboardInterrupt", evalue: "interrupted" });
      expect(printed(answer)).toBe("begun\nstored\n");
    });

    test("a second interrupt ends a cell that took its signal and does not heed it", async () => {
      const { reply } = await interrupted(`${SIGNAL} await new Promise(() => {});`, 2);
      expect(reply).toMatchObject({ ename: "KeyboardInterrupt", evalue: expect.stringContaining("goes on") });
    });

    test("a cell of its own mind may pass", async () => {
      const { reply } = await interrupted(`${SIGNAL}
await new Promise<void>((done) => signal.addEventListener("abort", () => done()));`);
      expect(reply.status).toBe("ok");
    });

    test("an idle kernel does nothing, and the next cell has a signal that is not aborted", async () => {
      kernel.interrupt();
      await new Promise((done) => setTimeout(done, 300));
      const answer = await kernel.execute(`${SIGNAL} signal.aborted`);
      expect(printed(answer)).toBe("false\n");
    });
  });

  test("completes and explains names of earlier cells", async () => {
    await kernel.execute("const bank = { clip: 1, codes: [2] };");
    const { reply } = await kernel.request("complete_request", { code: "bank.", cursor_pos: 5 });
    expect(reply.matches).toEqual(["clip", "codes"]);
    const inspected = await kernel.request("inspect_request", {
      code: "bank",
      cursor_pos: 1,
      detail_level: 0,
    });
    expect(inspected.reply.data["text/plain"]).toContain("clip: number");
  });

  test("publishes a display between what was printed before and after", async () => {
    const answer = await kernel.execute(`import { display } from "tslab";
console.log("a"); display.html("<i>b</i>"); console.log("c");`);
    expect(answer.published.map(({ type }) => type)).toEqual(["stream", "display_data", "stream"]);
  });
});
