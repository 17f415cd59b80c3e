import type { ScoringContext, ScoringSandbox } from "@rebench/task-kit";
import { compileSeconds, harnessFlags, solutionFlags, solutionLibraries } from "./compiler.ts";
import { plainText } from "./plain-text.ts";

/** Pack file, and what it is called in the sandbox; the harness unlinks these before any submitted code runs. */
const anchors = [
  { source: "start/mini/solution.c", name: "start", flags: [] },
  { source: "reference/mini/solution.c", name: "reference", flags: [] },
  // The copy kernel's twin, under the name that a solution has.
  { source: "kernel/copy.c", name: "floor", flags: ["-Ddevice_copy=prefix_sum"] },
] as const;

/** A sandbox with the sources of the harness and the anchors. */
export async function openForTiming(context: ScoringContext): Promise<ScoringSandbox> {
  // The address space of a solution is limited to 1 GiB; the harness and the shared regions need 200 MB.
  const sandbox = await context.openSandbox({ name: "timing", memoryMb: 1536, pids: 256 });
  await sandbox.copyIn(context.packPath("harness/mini"), "harness-source");
  for (const { source, name } of anchors) await sandbox.copyIn(context.packPath(source), `anchors/${name}.c`);
  return sandbox;
}

/** Compiles the harness and the anchors. */
export async function compileForTiming(sandbox: ScoringSandbox): Promise<void> {
  const harness = `exec cc ${harnessFlags.join(" ")} -o harness harness-source/*.c -ldl -lm`;
  await Promise.all([
    compile(sandbox, "the harness", ["sh", "-c", harness]),
    ...anchors.map(({ name, flags }) =>
      compile(sandbox, name, [
        ...["cc", ...solutionFlags, ...flags, `anchors/${name}.c`],
        ...["-o", `anchors/${name}.so`, ...solutionLibraries],
      ]),
    ),
  ]);
}

async function compile(sandbox: ScoringSandbox, what: string, argv: readonly string[]): Promise<void> {
  const result = await sandbox.run({
    argv,
    user: "harness",
    timeoutSeconds: 3 * compileSeconds,
    environment: { LC_ALL: "C" },
  });
  if (result.exitCode === 0) return;
  throw new Error(
    `cannot compile ${what} in the scoring sandbox: ${plainText(result.stderr, 1000) || `exit ${result.exitCode}`}`,
  );
}
