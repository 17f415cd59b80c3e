import type { KnipConfig } from "knip";

/** Where the program starts, besides what each package's `exports` and `bin` name and its tests; what none of these reaches is dead. */
const config: KnipConfig = {
  // Programs of the operating system that the sources start are no dependencies.
  exclude: ["binaries"],
  workspaces: {
    ".": {
      entry: ["scripts/*.ts"],
      project: ["scripts/**/*.ts", "*.{js,ts,mjs}"],
      // A registry that tests start as a program.
      ignoreDependencies: ["verdaccio"],
    },
    // A file that runs as a process of its own is found by its name: `main.ts`, and in an app `*-process.ts`.
    "packages/supervisor": { entry: ["src/main.ts"], project: ["src/**/*.ts"] },
    // Generated code exports whatever the format has.
    "packages/onnx-scoring": {
      entry: ["src/main.ts", "src/process/watchdog.ts", "test/{host,misbehaving}-program.ts"],
      project: ["src/**/*.ts", "test/**/*.ts", "!src/format/onnx_pb.ts"],
    },
    "packages/sandbox-local": {
      entry: ["test/{ordinary-user,provider-module}.ts"],
      project: ["src/**/*.ts", "test/**/*.ts"],
    },
    // The contract suites are for whoever has vitest; it is an optional peer.
    "packages/core": { project: ["src/**/*.ts"], ignoreDependencies: ["vitest"] },
    "packages/task-kit": { project: ["src/**/*.ts"], ignoreDependencies: ["vitest"] },
    "packages/*": { project: ["src/**/*.{ts,tsx}"] },
    "apps/*": { entry: ["src/**/*-process.ts"], project: ["bin/*.mjs", "src/**/*.{ts,tsx}"] },
    "task-packs/*": { project: ["src/**/*.ts"] },
    "examples/*": { project: ["src/**/*.js"] },
    bench: { entry: ["**/*.ts"], project: ["**/*.ts"] },
  },
};

export default config;
