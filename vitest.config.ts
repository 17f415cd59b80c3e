import { defineConfig } from "vitest/config";
import { LongestFirst } from "./scripts/longest-first.ts";
import { TallyReporter } from "./scripts/tally-reporter.ts";

const slow = process.env["REBENCH_SLOW"] === "1";
const tally = process.env["REBENCH_TALLY"];

const rooms = ["packages", "apps", "task-packs", "examples", "scripts"];
const tests = rooms.map((room) => `${room}/**/*.test.{ts,tsx}`);
const docker = rooms.map((room) => `${room}/**/*.docker.*`);
const timing = rooms.map((room) => `${room}/**/*.timing.test.ts`);
const never = ["**/node_modules/**", "**/dist/**", ...(slow ? [] : ["**/*.slow.*"])];

const common = {
  environment: "node" as const,
  setupFiles: ["./scripts/compile-cache.ts"],
  testTimeout: 60_000,
  hookTimeout: 60_000,
};

export default defineConfig({
  test: {
    sequence: { sequencer: LongestFirst },
    reporters: tally === undefined ? ["default"] : ["default", new TallyReporter(tally)],
    projects: [
      // Many tests start whole programs and wait for them: a file more than a small machine has cores keeps those busy.
      {
        test: {
          ...common,
          name: "all",
          // Also where an engine answers: containers have tests of their own.
          env: { REBENCH_SANDBOX: "local" },
          include: tests,
          exclude: [...never, ...timing, ...docker],
          maxWorkers: 3,
          sequence: { groupOrder: 0 },
        },
      },
      // What needs a Docker engine; images are built in hooks. These tests mostly wait, for containers and for deadlines.
      {
        test: {
          ...common,
          name: "docker",
          include: rooms.flatMap((room) => [`${room}/**/*.docker.test.ts`, `${room}/**/*.docker.slow.test.ts`]),
          exclude: never,
          testTimeout: 120_000,
          hookTimeout: 300_000,
          maxWorkers: 3,
          sequence: { groupOrder: 1 },
        },
      },
      // Where something is timed nothing else may run beside it.
      {
        test: {
          ...common,
          name: "timing",
          env: { REBENCH_SANDBOX: "local" },
          include: timing,
          exclude: never,
          maxWorkers: 1,
          sequence: { groupOrder: 2 },
        },
      },
    ],
  },
});
