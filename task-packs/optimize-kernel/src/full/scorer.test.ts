import type { CommandResult, ScoringCommand, ScoringContext, ScoringSandbox } from "@rebench/task-kit";
import { expect, test } from "vitest";
import { score } from "./scorer.ts";

interface Script {
  readonly compile?: Partial<CommandResult>;
  readonly harness?: Partial<CommandResult>;
  readonly separateUsers?: boolean;
}

const ended: CommandResult = {
  exitCode: 0,
  timedOut: false,
  outOfMemory: false,
  stdout: "",
  stderr: "",
  truncated: false,
};

/** A sandbox whose commands end as the script says; what was run is kept. */
function scripted(script: Script): { context: ScoringContext; commands: ScoringCommand[]; killed: () => number } {
  const commands: ScoringCommand[] = [];
  let killed = 0;
  const sandbox: ScoringSandbox = {
    directory: "/scratch",
    sharedMemory: "/shared",
    separateUsers: script.separateUsers ?? true,
    write: () => Promise.resolve(),
    copyIn: () => Promise.resolve(),
    read: () => Promise.resolve(new Uint8Array()),
    run(command) {
      commands.push(command);
      return Promise.resolve({ ...ended, ...(command.argv[0] === "nvcc" ? script.compile : script.harness) });
    },
    start(command) {
      commands.push(command);
      return Promise.resolve({ result: Promise.resolve(ended), kill: () => Promise.resolve(void (killed += 1)) });
    },
    close: () => Promise.resolve(),
  };
  const context: ScoringContext = {
    tier: "full",
    purpose: "attempt",
    seed: "0123456789abcdef0123456789abcdef",
    submission: { directory: "/submission", files: [], digest: "" },
    cpus: 13,
    signal: new AbortController().signal,
    packPath: (relative) => `/pack/${relative}`,
    assetPath: (name) => name,
    openSandbox: () => Promise.resolve(sandbox),
    withTimingLease: (work) => work(),
    onnx: {} as ScoringContext["onnx"],
    progress: () => undefined,
  };
  return { context, commands, killed: () => killed };
}

const measured = {
  status: "valid",
  device: "GPU",
  elements: 100_000_000,
  floorMs: [0.28],
  warmUpMs: [[1]],
  calls: [{ worker: 0, distribution: "small", ms: 0.5, chargedMs: 0 }],
};

test("harness and contestant are different users, and only the harness knows the seed", async () => {
  const { context, commands, killed } = scripted({ harness: { stdout: `${JSON.stringify(measured)}\n` } });
  expect(await score(context)).toMatchObject({ status: "valid", raw: Math.log(0.5) });
  expect(commands.map(({ user }) => user)).toEqual(["harness", "contestant", "harness"]);
  const [, warden, harness] = commands;
  expect(JSON.stringify(warden)).not.toContain(context.seed);
  expect(harness?.argv.join(" ")).not.toContain(context.seed);
  expect(JSON.parse(harness?.stdin ?? "")).toMatchObject({ seed: context.seed, elements: 100_000_000, device: "cuda" });
  expect(harness?.argv.join(" ")).not.toContain("--without");
  expect(killed()).toBe(1);
});

test("what the harness refuses is invalid, with its reason", async () => {
  const output = { status: "invalid", code: "wrong-result", reason: "wrong \u001b[31mresult" };
  const { context } = scripted({ harness: { stdout: JSON.stringify(output) } });
  expect(await score(context)).toEqual({
    status: "invalid",
    reason: "wrong result",
    details: { code: "wrong-result" },
  });
});

test("a sandbox without memory left is the submission's doing", async () => {
  const { context } = scripted({ harness: { outOfMemory: true, exitCode: null } });
  expect(await score(context)).toMatchObject({ status: "invalid", details: { code: "memory" } });
});

test.each([
  ["a fault", { harness: { stdout: '{"status":"fault","reason":"no CUDA-capable device"}', exitCode: 3 } }, /no CUDA/],
  ["a harness that dies", { harness: { exitCode: null, stderr: "Traceback" } }, /a signal: Traceback/],
  ["a harness that hangs", { harness: { timedOut: true, exitCode: null } }, /ran out of time/],
  ["output that is cut off", { harness: { stdout: JSON.stringify(measured), truncated: true } }, /ended with 0/],
  ["output that is not the harness's", { harness: { stdout: '{"status":"valid"}' } }, /ended with 0/],
  ["kernels that do not compile", { compile: { exitCode: 1, stderr: "nvcc fatal" } }, /nvcc fatal/],
  ["one user for both", { separateUsers: false }, /separate users/],
] satisfies [string, Script, RegExp][])("%s is not the agent's fault", async (_, script, message) => {
  await expect(score(scripted(script).context)).rejects.toThrow(message);
});
