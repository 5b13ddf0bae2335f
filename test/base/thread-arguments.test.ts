import { expect, test } from "vitest";
import { threadArguments } from "../../src/base/thread-arguments.js";

test("a thread has the process's options of Node but for those about code on the command line", () => {
  const code = "console.log(1)";
  expect(threadArguments(["--input-type=module", "--no-warnings", "-e", code])).toEqual(["--no-warnings"]);
  expect(threadArguments(["--input-type", "module", "--eval", code, "--enable-source-maps"])).toEqual([
    "--enable-source-maps",
  ]);
  expect(threadArguments([`--eval=${code}`, "--print", code])).toEqual([]);
  expect(threadArguments(["--import", "./hooks.mjs"])).toEqual(["--import", "./hooks.mjs"]);
});
