import { defineConfig } from "vitest/config";
import { TallyReporter } from "./scripts/tally-reporter.ts";

const slow = process.env["REBENCH_SLOW"] === "1";
const tally = process.env["REBENCH_TALLY"];

export default defineConfig({
  test: {
    environment: "node",
    include: [
      "packages/**/*.test.{ts,tsx}",
      "apps/**/*.test.{ts,tsx}",
      "task-packs/**/*.test.ts",
      "examples/**/*.test.ts",
      "scripts/**/*.test.ts",
    ],
    exclude: ["**/node_modules/**", "**/dist/**", ...(slow ? [] : ["**/*.slow.test.{ts,tsx}"])],
    // Many tests start whole programs: two files at once leave them room on a small machine.
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    reporters: tally === undefined ? ["default"] : ["default", new TallyReporter(tally)],
  },
});
