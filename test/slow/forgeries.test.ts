import { expect, it } from "vitest";
import { allForgeries, tried } from "../support/forgeries.js";

const all = allForgeries();

it("tries at least a hundred kinds of forgery", () => {
  expect(all.length).toBeGreaterThanOrEqual(100);
});

it.each(all)("$what: found, or named as not checked", { timeout: 600_000 }, async (forgery) => {
  expect(["found", ...(forgery.named ? ["named"] : [])]).toContain(await tried(forgery));
});
