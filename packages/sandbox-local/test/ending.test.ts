import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Sandbox } from "@rebench/core";
import { hostProcesses, token, until } from "@rebench/core/testing";
import { readStatus } from "@rebench/supervisor";
import { afterAll, describe, expect, it } from "vitest";
import { createLocalSandboxProvider } from "../src/provider.ts";

const baseFolder = `/var/tmp/rebench-test-${process.getuid?.()}-${process.pid}-ending`;
const provider = createLocalSandboxProvider({ baseFolder });
const sandboxes: Sandbox[] = [];
const folders = [baseFolder];
afterAll(async () => {
  await Promise.all(sandboxes.map((sandbox) => sandbox.destroy()));
  folders.forEach((folder) => rmSync(folder, { recursive: true, force: true }));
});

async function create(): Promise<Sandbox> {
  const directory = mkdtempSync(join(tmpdir(), "rebench-ending-"));
  folders.push(directory);
  const sandbox = await provider.create({
    id: "ending",
    labels: { run: "ending", attempt: "ending" },
    purpose: "attempt",
    resources: { cpus: 1, memoryMb: 256, diskMb: 64, pids: 64 },
    directory,
    protectedPaths: [],
    relay: false,
  });
  sandboxes.push(sandbox);
  return sandbox;
}

async function attach(sandbox: Sandbox): Promise<Sandbox> {
  const again = await provider.attach(sandbox.reference);
  sandboxes.push(again);
  return again;
}

/** Null where it has not ended by now. */
const endNow = (sandbox: Sandbox) => Promise.race([sandbox.ended, Promise.resolve().then(() => null)]);

describe("a sandbox that has ended", () => {
  it("says so to whoever attaches, and has nothing left to end", async () => {
    const sandbox = await create();
    expect(await endNow(await attach(sandbox))).toBeNull();
    const at = Date.now() + 100;
    await sandbox.setDeadlines({ workingEndsAt: at, wallEndsAt: null });
    const end = { kind: "deadline", limit: "working", at };
    expect(await sandbox.ended).toEqual(end);
    await sandbox.endProcesses();
    const again = await attach(sandbox);
    expect(await endNow(again)).toEqual(end);
    await again.endProcesses();
  });

  it("is so too where its supervisor was killed", async () => {
    const sandbox = await create();
    const mark = token();
    await sandbox.exec({ argv: ["sh", "-c", `sleep ${mark}`], user: "agent" });
    await until("it runs", () => hostProcesses(mark).length > 0);
    const status = await readStatus(sandbox.reference.directory);
    process.kill(status?.supervisor.pid ?? 0, "SIGKILL");
    expect(await sandbox.ended).toMatchObject({ kind: "died" });
    await sandbox.endProcesses();
    await until("all is gone", () => hostProcesses(mark).length === 0);
    const again = await attach(sandbox);
    expect(await endNow(again)).toMatchObject({ kind: "died" });
    await again.endProcesses();
  });

  it("is not one that we let go of", async () => {
    const sandbox = await create();
    await sandbox.detach();
    await expect(sandbox.endProcesses()).rejects.toMatchObject({ code: "sandbox.gone" });
  });
});

it("refuses a command that the end of the agent's processes overtook", async () => {
  const sandbox = await create();
  await sandbox.freeze();
  const late = sandbox.exec({ argv: ["true"], user: "agent" });
  const refused = expect(late).rejects.toMatchObject({ code: "sandbox.agent-ended" });
  await sleep(50);
  await sandbox.endProcesses();
  await refused;
});

it("ends where an agent makes a process that cannot be stopped", async (context) => {
  if (process.platform !== "linux" || process.arch !== "x64") context.skip("calls Linux by number");
  const sandbox = await create();
  const mark = token();
  // A parent in `vfork`, whose child has another parent: neither is stopped, nor known to wait for one that is.
  const script = `# ${mark}\nsyscall(56, 0x4000 | 0x8000 | 17, 0, 0, 0, 0); sleep 1000`;
  await sandbox.exec({ argv: ["perl", "-e", script], user: "agent" });
  await until("it runs", () => hostProcesses(mark).length >= 2);
  await expect(sandbox.freeze()).rejects.toMatchObject({ code: "sandbox.freeze-failed" });
  expect(await sandbox.ended).toEqual({ kind: "died", reason: "some of its processes could not be stopped" });
  expect(hostProcesses(mark)).toEqual([]);
});
