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

/** The address space of a solution is limited to 1 GiB; the harness and the shared regions need 200 MB. */
export function openForTiming(context: ScoringContext): Promise<ScoringSandbox> {
  return context.openSandbox({ name: "timing", memoryMb: 1536, pids: 256 });
}

/** Compiles the harness and the anchors in the sandbox that times. */
export async function prepareTiming(context: ScoringContext, sandbox: ScoringSandbox): Promise<void> {
  await sandbox.copyIn(context.packPath("harness"), "harness-source");
  for (const { source, name } of anchors) await sandbox.copyIn(context.packPath(source), `anchors/${name}.c`);
  await Promise.all([
    compile(sandbox, "the harness", [
      "sh",
      "-c",
      `exec cc ${harnessFlags.join(" ")} -o harness harness-source/*.c -ldl -lm`,
    ]),
    ...anchors.map(({ name, flags }) =>
      compile(sandbox, name, [
        "cc",
        ...solutionFlags,
        ...flags,
        `anchors/${name}.c`,
        "-o",
        `anchors/${name}.so`,
        ...solutionLibraries,
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
