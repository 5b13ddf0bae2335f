import { expect, it } from "vitest";
import { FEW, tried } from "../../support/forgeries.js";

it.each(FEW)(
  "$what is found, or named as what only training again would show",
  { timeout: 180_000 },
  async (forgery) => {
    expect(await tried(forgery)).toBe(forgery.named ? "named" : "found");
  },
);
