import type { ScoringContext, ScoringPurpose, ScoringSandbox } from "@rebench/task-kit";
import { plainText } from "../plain-text.ts";
import { readHarnessOutput, type HarnessOutput } from "./harness-output.ts";

/** Seconds. Loading may compile for minutes; the calls themselves take seconds. */
const harnessSeconds = 1200;

/** Elements of a timed call: the paper's. */
const elements = 100_000_000;

/** What the harness is told, beside the seed. The instructions quote the limits. */
export const limits = { loadSeconds: 180, firstCallSeconds: 120, callSeconds: 20 } as const;

/** Sizes that are checked and not timed; the instructions promise every size from 1 up. */
const checkedSizes = [1, 2, 1000, 4097, 1_000_003, 16_777_216];

/** Microseconds by which work of ours may take longer beside an honest solution than it ever did beside the floor. */
const slackMicroseconds = 50;

interface Repetitions {
  readonly workers: number;
  readonly calls: number;
}

/** The first entry of a score log only has to show that the starting solution works here. */
function repetitionsFor(purpose: ScoringPurpose): Repetitions {
  return purpose === "start" ? { workers: 1, calls: 4 } : { workers: 4, calls: 6 };
}

/** Runs harness and warden side by side until the harness has its answer. */
export async function runHarness(context: ScoringContext, sandbox: ScoringSandbox): Promise<HarnessOutput> {
  const { directory, sharedMemory } = sandbox;
  const socket = `${sharedMemory}/harness.sock`;
  const harness = `${directory}/harness`;
  const warden = await sandbox.start({
    argv: ["python3", "-B", `${harness}/warden.py`, socket, harness, `${harness}/floor.py`, `${directory}/solution.py`],
    user: "contestant",
    timeoutSeconds: harnessSeconds + 10,
    // Compilers of solutions keep what they make where the contestant can write.
    environment: { HOME: `${directory}/contestant`, TRITON_CACHE_DIR: `${directory}/contestant/triton` },
  });
  const result = await sandbox.run({
    argv: ["python3", "-B", `${harness}/harness.py`, socket, `${directory}/device.so`],
    user: "harness",
    timeoutSeconds: harnessSeconds,
    stdin: configuration(context),
    maxOutputBytes: 1024 * 1024,
  });
  await warden.kill();
  // Whatever became of it; but it must be over before its sandbox is closed.
  await warden.result.catch(() => undefined);
  const output = readHarnessOutput(result.stdout);
  if (output !== undefined && !result.truncated) return output;
  // The harness needs little; it was the submission that took the rest.
  if (result.outOfMemory) {
    return { status: "invalid", code: "memory", reason: "the solution used up the memory of the scoring sandbox" };
  }
  const ending = result.timedOut ? "ran out of time" : `ended with ${result.exitCode ?? "a signal"}`;
  throw new Error(`the harness ${ending}: ${plainText(result.stderr, 500)}`);
}

/** On standard input, because a process's arguments can be read by others. */
function configuration(context: ScoringContext): string {
  return JSON.stringify({
    seed: context.seed,
    device: "cuda",
    elements,
    sizes: checkedSizes,
    warmUps: 4,
    floorCalls: 12,
    slackMicroseconds,
    ...limits,
    ...repetitionsFor(context.purpose),
  });
}
