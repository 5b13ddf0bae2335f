import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["test/**/*.test.ts"],
    exclude: ["test/slow/**"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 120_000, // on a busy machine everything takes several times as long
    hookTimeout: 60_000,
  },
});
