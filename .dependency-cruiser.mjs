import { globSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";

// Who may import whom. The table is in AGENTS.md; a room that is not listed here may import nothing of ours.
const rooms = {
  "packages/task-kit": [],
  "packages/stats": [],
  "packages/core": ["packages/task-kit", "packages/stats"],
  "packages/supervisor": ["packages/task-kit", "packages/core"],
  "packages/agents": ["packages/task-kit", "packages/core"],
  "packages/model-gateway": ["packages/task-kit", "packages/core"],
  "packages/onnx-scoring": ["packages/task-kit", "packages/core"],
  "packages/sandbox-[^/]+": ["packages/task-kit", "packages/core", "packages/supervisor"],
  "packages/report": ["packages/core", "packages/stats"],
  "apps/runner": ["packages/[^/]+"],
  "apps/tui": ["packages/core", "packages/stats"],
  "task-packs/[^/]+": ["packages/task-kit"],
  "examples/[^/]+": ["packages/task-kit", "packages/core"],
  bench: ["packages/[^/]+", "apps/[^/]+", "task-packs/[^/]+"],
};

const ours = "^(packages|apps|task-packs|examples|bench)/";
const known = Object.keys(rooms).join("|");

// The files that packages open to others: what their `exports` name.
const doors = globSync("{packages,apps,task-packs}/*/package.json").flatMap((manifest) =>
  Object.values(JSON.parse(readFileSync(manifest, "utf8")).exports ?? {}).map(
    (file) => `^${join(dirname(manifest), file).replaceAll(".", "\\.")}$`,
  ),
);

const roomRules = Object.entries(rooms).map(([room, mayImport]) => ({
  name: `${room.replace("[^/]+", "*")} imports only what its room allows`,
  severity: "error",
  // A room named by a pattern stands for many, so `$1`: `sandbox-local` may not import `sandbox-docker`.
  from: { path: `^(${room})/` },
  to: { path: ours, pathNot: ["^$1/", ...mayImport.map((allowed) => `^${allowed}/`)] },
}));

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    ...roomRules,
    {
      name: "every room has its rule",
      comment: "A new package gets a line in `rooms`.",
      severity: "error",
      from: { path: ours, pathNot: `^(${known})/` },
      to: { path: ours },
    },
    {
      name: "no deep imports",
      comment: "Another package is imported by its name, through its `exports`.",
      severity: "error",
      from: { path: "^((?:packages|apps|task-packs|examples)/[^/]+|bench)/" },
      to: { path: ours, pathNot: ["^$1/", ...doors] },
    },
    {
      name: "no relative imports across packages",
      severity: "error",
      from: { path: "^((?:packages|apps|task-packs|examples)/[^/]+|bench)/" },
      to: { path: ours, pathNot: "^$1/", dependencyTypes: ["local"] },
    },
    {
      name: "no cycles",
      comment: "Types may refer to each other; code may not.",
      severity: "error",
      from: {},
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "imports resolve",
      severity: "error",
      from: { path: ours },
      to: { couldNotResolve: true },
    },
    {
      name: "dockerode only in sandbox-docker, and beside it in bench",
      severity: "error",
      from: { pathNot: "^(packages/sandbox-docker|bench)/" },
      to: { path: "(^|/)node_modules/dockerode/" },
    },
    {
      name: "onnxruntime-node only in onnx-scoring",
      severity: "error",
      from: { pathNot: "^packages/onnx-scoring/" },
      to: { path: "(^|/)node_modules/onnxruntime-node/" },
    },
    {
      name: "task-kit does no I/O",
      comment: "Built-in modules that only compute are fine; the contract tests in `testing` may read and write.",
      severity: "error",
      from: { path: "^packages/task-kit/", pathNot: ["^packages/task-kit/src/testing/", "\\.test\\.ts$"] },
      to: { dependencyTypes: ["core"], pathNot: "^(node:)?(assert|buffer|path|url|util)(/|$)" },
    },
    {
      name: "tests are not imported",
      severity: "error",
      from: { pathNot: "\\.test\\.tsx?$" },
      to: { path: "\\.test\\.tsx?$" },
    },
  ],
  options: {
    exclude: { path: "(^|/)(dist|\\.toolchain|\\.turbo|coverage)/" },
    doNotFollow: { path: "(^|/)node_modules/" },
    // Imports of types count: they are dependencies too.
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["types", "import", "node", "default"],
      extensions: [".ts", ".tsx", ".mjs", ".js", ".d.ts"],
    },
    cache: { folder: "node_modules/.cache/dependency-cruiser", strategy: "content" },
  },
};
