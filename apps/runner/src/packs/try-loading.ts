import { fork, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { PackProblem } from "./pack-problem.ts";

const entryOfProcess = fileURLToPath(
  new URL(`./load-process${import.meta.url.endsWith(".ts") ? ".ts" : ".js"}`, import.meta.url),
);
const heapMb = 1024;
const longestOutput = 2000;

const answerSchema = z.object({
  problems: z.array(z.object({ code: z.string(), reason: z.string(), fix: z.string() })),
});

export interface TryLoadingOptions {
  readonly directory: string;
  /** Absolute path. */
  readonly entry: string;
  /** Seconds after which loading is given up. */
  readonly limitSeconds?: number;
}

/** Loads a pack in a process of its own, where it may throw, hang, print, or end the process, and says what it did wrong. */
export async function tryLoading({
  directory,
  entry,
  limitSeconds = 10,
}: TryLoadingOptions): Promise<readonly PackProblem[]> {
  const child = fork(entryOfProcess, [directory, entry], {
    execArgv: [`--max-old-space-size=${heapMb}`],
    env: environment(),
    stdio: ["ignore", "pipe", "pipe", "ipc"],
  });
  const printed = output(child);
  let problems: readonly PackProblem[] | null = null;
  child.once("message", (message) => {
    const answer = answerSchema.safeParse(message);
    if (answer.success) problems = answer.data.problems;
  });
  let late = false;
  const timer = setTimeout(() => {
    late = true;
    child.kill("SIGKILL");
  }, limitSeconds * 1000);
  // Not "exit": the message and the output may come after it.
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  clearTimeout(timer);
  const file = path.relative(directory, entry);
  if (problems !== null) return [...problems, ...printing(file, printed.stdout)];
  const said = printed.stderr.trim() === "" ? "" : `: ${printed.stderr.trim()}`;
  if (late) return [problem("pack.load-hangs", `${file} did not finish loading within ${limitSeconds} s`)];
  return [
    problem("pack.load-exits", `${file} ended the process (${signal ?? `exit ${code}`}) while it was loaded${said}`),
  ];
}

function printing(file: string, printed: string): PackProblem[] {
  if (printed === "") return [];
  const start = JSON.stringify(printed.slice(0, 80));
  return [problem("pack.load-prints", `${file} writes to standard output while it is loaded: ${start}`)];
}

const problem = (code: string, reason: string): PackProblem => ({
  code,
  reason,
  fix: "a pack's entry only defines the pack: leave work to its scorer, and run the pack's own tests",
});

/** Nothing of the user's environment but what Node needs; what a pack does may not hang on it. */
function environment(): NodeJS.ProcessEnv {
  const kept = ["PATH", "HOME", "TMPDIR", "NODE_COMPILE_CACHE"];
  return Object.fromEntries(Object.entries(process.env).filter(([name]) => kept.includes(name)));
}

function output(child: ChildProcess): { stdout: string; stderr: string } {
  const said = { stdout: "", stderr: "" };
  for (const name of ["stdout", "stderr"] as const)
    child[name]
      ?.setEncoding("utf8")
      .on("data", (chunk: string) => (said[name] = (said[name] + chunk).slice(-longestOutput)));
  return said;
}
