import { defineConfig, globalIgnores } from "eslint/config";
import tseslint from "typescript-eslint";

// Files that own the clock, the environment, the terminal: apps, adapters to the outside, and what is no part of a package.
const owners = ["apps/**", "packages/onnx-scoring/**", "packages/sandbox-*/**", "packages/supervisor/**"];
const notPackages = [
  "scripts/**",
  "bench/**",
  "*.config.{js,ts}",
  "**/*.test.{ts,tsx}",
  "**/test/**",
  "packages/*/src/testing/**",
];

const port = "belongs to apps and adapters; take it as an argument or through a port.";
const defaultExport = {
  selector: "ExportDefaultDeclaration, ExportSpecifier[exported.name='default']",
  message: "Use a named export; only a task pack's entry has a default export.",
};
const currentDate = {
  selector: "NewExpression[callee.name='Date'][arguments.length=0]",
  message: `Reading the clock ${port}`,
};

export default defineConfig(
  globalIgnores([
    "**/dist/",
    "**/node_modules/",
    ".toolchain/",
    "coverage/",
    "**/*_pb.ts",
    "**/*.{js,mjs,cjs}",
    "!eslint.config.js",
  ]),
  {
    name: "rebench/types",
    files: ["**/*.{ts,tsx}"],
    plugins: { "@typescript-eslint": tseslint.plugin },
    languageOptions: {
      parser: tseslint.parser,
      // One program for the whole workspace, the same that `tsc -p tsconfig.json` checks.
      parserOptions: { project: "./tsconfig.json", tsconfigRootDir: import.meta.dirname },
    },
    linterOptions: { reportUnusedDisableDirectives: "error" },
    rules: {
      "@typescript-eslint/await-thenable": "error",
      "@typescript-eslint/consistent-type-exports": "error",
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-floating-promises": [
        "error",
        // The test functions return promises that the runner awaits.
        { allowForKnownSafeCalls: [{ from: "package", package: "node:test", name: ["test", "it", "describe"] }] },
      ],
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/no-unnecessary-type-assertion": "error",
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/only-throw-error": "error",
      "@typescript-eslint/return-await": ["error", "error-handling-correctness-only"],
      "@typescript-eslint/switch-exhaustiveness-check": ["error", { considerDefaultExhaustiveForUnions: true }],
      eqeqeq: ["error", "always", { null: "ignore" }],
      "no-restricted-syntax": ["error", defaultExport],
      "no-var": "error",
      "prefer-const": "error",
    },
  },
  {
    name: "rebench/pure",
    files: ["packages/**/*.{ts,tsx}", "task-packs/**/*.ts"],
    ignores: [...owners, ...notPackages],
    rules: {
      "no-console": "error",
      "no-restricted-properties": [
        "error",
        { object: "process", property: "env", message: `The environment ${port}` },
        { object: "process", property: "cwd", message: `The working folder ${port}` },
        { object: "Date", property: "now", message: `The clock ${port}` },
        { object: "performance", property: "now", message: `The clock ${port}` },
        { object: "Math", property: "random", message: `Chance ${port}` },
      ],
      "no-restricted-syntax": ["error", defaultExport, currentDate],
    },
  },
  {
    name: "rebench/default-exports",
    files: ["task-packs/*/src/index.ts", "examples/**/*.ts", "**/*.config.ts"],
    rules: { "no-restricted-syntax": "off" },
  },
  {
    name: "rebench/tests",
    files: ["**/*.test.{ts,tsx}"],
    rules: { "@typescript-eslint/no-unnecessary-type-assertion": "off" },
  },
);
