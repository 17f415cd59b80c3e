import { expect } from "vitest";
import type { Inside, InsideUser } from "./inside-sandbox.ts";
import type { MessagePeer } from "./message-peer.ts";

export const token = "0123456789abcdef";
export const environment = { PATH: "/usr/bin:/bin", HOME: "/" };

interface Result {
  readonly exitCode: number | null;
  readonly signal: string | null;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
}

interface Change {
  readonly user?: InsideUser;
  readonly argv?: readonly string[];
  readonly cwd?: string;
  readonly timeoutMs?: number;
  readonly stdin?: string;
  readonly environment?: Readonly<Record<string, string>>;
}

export async function prepare(runner: MessagePeer, script: string, change: Change = {}): Promise<string> {
  const { user = "agent", argv = ["sh", "-c", script], cwd = "/", timeoutMs = null, stdin = "" } = change;
  const values = { user, argv, cwd, environment: { ...environment, ...change.environment }, timeoutMs, token };
  const { header } = await runner.request("prepare", values, Buffer.from(stdin));
  return String(header["execution"]);
}

export async function start(inside: Inside, runner: MessagePeer, script: string, change: Change = {}): Promise<string> {
  const execution = await prepare(runner, script, change);
  expect(inside.enter(change.user ?? "agent", ["carry", execution, token])).toEqual({ status: 0, stderr: "" });
  return execution;
}

export async function finish(runner: MessagePeer, execution: string): Promise<Result> {
  const { result } = await runner.event("exited", (header) => header["execution"] === execution);
  const read = async (stream: string) =>
    (await runner.request("output", { execution, stream, offset: 0, max: 1 << 20 })).body.toString();
  return { ...(result as Result), stdout: await read("stdout"), stderr: await read("stderr") };
}

export const run = async (inside: Inside, runner: MessagePeer, script: string, change: Change = {}) =>
  finish(runner, await start(inside, runner, script, change));

/** How many processes inside sleep for so long. */
export async function sleepers(inside: Inside, runner: MessagePeer, seconds: string): Promise<number> {
  const script = `for p in /proc/[0-9]*; do tr '\\0' ' ' <$p/cmdline 2>/dev/null | grep -q "^sleep ${seconds}" && echo; done; true`;
  return (await run(inside, runner, script, { user: "harness" })).stdout.length;
}
