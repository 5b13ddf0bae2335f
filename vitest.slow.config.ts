import { defineConfig } from "vitest/config";

// What takes minutes or needs the package registry: `npm run test:slow`.
export default defineConfig({
  test: {
    include: ["test/slow/**/*.test.ts"],
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 600_000,
    hookTimeout: 600_000,
  },
});
