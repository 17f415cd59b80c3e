import { execFile } from "node:child_process";
import { randomBytes } from "node:crypto";
import { cp, mkdir, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { harnessFlags, solutionFlags, solutionLibraries } from "../src/compiler.ts";
import { readHarnessOutput, type HarnessOutput } from "../src/harness-output.ts";
import { openDirectSandbox } from "./direct-sandbox.ts";

const run = promisify(execFile);

export const packRoot = path.join(import.meta.dirname, "..");

/** Harness and anchors, compiled once for many measurements. */
export interface Bench {
  readonly directory: string;
  close(): Promise<void>;
}

export async function buildBench(): Promise<Bench> {
  const directory = await mkdtemp(path.join(tmpdir(), "optimize-kernel-bench-"));
  await mkdir(path.join(directory, "anchors"));
  await Promise.all([
    run("sh", ["-c", `cc ${harnessFlags.join(" ")} -o ${directory}/harness ${packRoot}/harness/mini/*.c -ldl -lm`]),
    compile("start/mini/solution.c", `${directory}/anchors/start.so`),
    compile("reference/mini/solution.c", `${directory}/anchors/reference.so`),
    compile("kernel/copy.c", `${directory}/anchors/floor.so`, ["-Ddevice_copy=prefix_sum"]),
  ]);
  return { directory, close: () => rm(directory, { recursive: true, force: true }) };
}

async function compile(source: string, target: string, flags: readonly string[] = []): Promise<void> {
  await run("cc", [...solutionFlags, ...flags, path.resolve(packRoot, source), "-o", target, ...solutionLibraries]);
}

/** One round with `solution` (a C file, relative to the pack), with some of the harness's safeguards switched off. */
export async function measure(bench: Bench, solution: string, without: readonly string[] = []): Promise<HarnessOutput> {
  const sandbox = await openDirectSandbox();
  try {
    await cp(bench.directory, sandbox.directory, { recursive: true });
    await compile(solution, path.join(sandbox.directory, "solution.so"));
    const off = without.length === 0 ? [] : [`--without=${without.join(",")}`];
    const { sharedMemory } = sandbox;
    const argv = ["./harness", "warden", sharedMemory, "contestant", "2", ...off, "solution.so"];
    const warden = await sandbox.start({ argv, user: "contestant", timeoutSeconds: 50 });
    const result = await sandbox.run({
      argv: ["./harness", "measure", sharedMemory, ...off],
      user: "harness",
      timeoutSeconds: 50,
      stdin: `seed ${randomBytes(16).toString("hex")}\ncpus 2\nminimum-rounds 1\nmaximum-rounds 1\nbudget-ms 1\ntarget-error 1\n`,
    });
    await warden.kill();
    const output = readHarnessOutput(result.stdout);
    if (output === undefined) throw new Error(`no result: ${result.stdout} ${result.stderr}`);
    return output;
  } finally {
    await sandbox.close();
  }
}
