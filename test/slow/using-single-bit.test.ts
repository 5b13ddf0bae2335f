import { test } from "vitest";
import { flatenn, temporaryFolder } from "../support/cli.js";
import { expectSample } from "../support/documents.js";

test("docs/using.md shows rows of the table that `flatenn single-bit --arm standard` prints", async () => {
  const { stdout } = await flatenn(["single-bit", "--arm", "standard", "--out", temporaryFolder()]);
  expectSample("docs/using.md", "layer  bit", stdout);
});
