import { defineConfig } from "vitest/config";
import { TallyReporter } from "./scripts/tally-reporter.ts";

const slow = process.env["REBENCH_SLOW"] === "1";
const tally = process.env["REBENCH_TALLY"];

const rooms = ["packages", "apps", "task-packs", "examples", "scripts"];
const tests = rooms.map((room) => `${room}/**/*.test.{ts,tsx}`);
const docker = rooms.map((room) => `${room}/**/*.docker.*`);
const timing = rooms.map((room) => `${room}/**/*.timing.test.ts`);
const never = ["**/node_modules/**", "**/dist/**", ...(slow ? [] : ["**/*.slow.*"])];

const common = { environment: "node", testTimeout: 60_000, hookTimeout: 60_000 } as const;

export default defineConfig({
  test: {
    reporters: tally === undefined ? ["default"] : ["default", new TallyReporter(tally)],
    projects: [
      // Many tests start whole programs: two files at once leave them room on a small machine.
      {
        test: {
          ...common,
          name: "all",
          // Also where an engine answers: containers have tests of their own.
          env: { REBENCH_SANDBOX: "local" },
          include: tests,
          exclude: [...never, ...timing, ...docker],
          maxWorkers: 2,
          sequence: { groupOrder: 0 },
        },
      },
      // What needs a Docker engine; images are built in hooks.
      {
        test: {
          ...common,
          name: "docker",
          include: rooms.flatMap((room) => [`${room}/**/*.docker.test.ts`, `${room}/**/*.docker.slow.test.ts`]),
          exclude: never,
          testTimeout: 120_000,
          hookTimeout: 300_000,
          maxWorkers: 2,
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
