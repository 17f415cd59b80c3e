import { createServer } from "node:http";
import { setTimeout as sleep } from "node:timers/promises";
import { hostProcesses, leaveOrphan, token, until } from "@rebench/core/testing";
import Docker from "dockerode";
import { afterAll, beforeAll, expect, it } from "vitest";
import { buildContext } from "../src/images/build-context.ts";
import { createProvider, type DockerSandboxProvider } from "../src/provider.ts";
import { testProvider, testScope, withEngine } from "./engine.ts";
import { startOwnEngine, whyNoOwnEngine, type OwnEngine } from "./own-engine.ts";
import { captureFolder, contextOf, removeFolders, run, specOf } from "./sandboxes.ts";

afterAll(removeFolders);

const kept = { entries: [{ path: "kept", kind: "file", required: true, maxBytes: 1e6 }], maxFiles: 1 } as const;

withEngine("the engine is killed", (engine) => {
  const reason = whyNoOwnEngine();
  const socketPath = /^unix:\/\/(.+)$/.exec(engine.location.address)?.[1];
  if (reason !== null || socketPath === undefined) {
    it("needs an engine of its own", (context) => context.skip(reason ?? "the engine is on another machine"));
    return;
  }
  const scope = testScope("restart");
  const context = contextOf();
  const builder = testProvider(scope);
  let own: OwnEngine;
  let provider: DockerSandboxProvider;
  beforeAll(async () => {
    [own] = await Promise.all([startOwnEngine(), builder.ensureImage(context, {})]);
    await own.load(new Docker({ socketPath }), `rebench/${scope}:${buildContext(context).digest}`);
    provider = createProvider({ scope, address: own.address }, {});
  });
  afterAll(async () => own?.remove());

  it("and comes back: nothing is lost, and everything goes on", async () => {
    const spec = specOf(context, { relay: true });
    const sandbox = await provider.create(spec);
    const server = createServer((_, response) => response.end(JSON.stringify({ ok: true, text: "heard" })));
    sandbox.onConnection((connection) => void server.emit("connection", connection));
    expect((await run(sandbox, "budget")).stdout).toBe("heard\n");

    const mark = token();
    const script = `for i in $(seq 40); do echo $i; sleep 0.1; done; exit 7; : ${mark}`;
    const execution = await sandbox.exec({ argv: ["bash", "-c", script], user: "agent" });
    const waiting = execution.wait();
    own.kill();
    const meanwhile = run(sandbox, "echo meanwhile; exit 5");
    await sleep(1000);
    expect(hostProcesses(mark)).not.toEqual([]);
    await own.start();
    expect(await meanwhile).toMatchObject({ stdout: "meanwhile\n", exitCode: 5 });
    expect(await waiting).toMatchObject({ exitCode: 7 });
    const said = Buffer.from(await execution.readOutput("stdout", 0, 1000)).toString();
    expect(said).toBe(`${Array.from({ length: 40 }, (_, index) => index + 1).join("\n")}\n`);
    await until("the relay is there again", async () => (await run(sandbox, "budget")).stdout === "heard\n");
    await sandbox.freeze();
    await sandbox.thaw({ workingEndsAt: Date.now() + 60_000, wallEndsAt: null });
    await run(sandbox, "echo kept >solution/kept");
    const at = Date.now() + 300;
    await sandbox.setDeadlines({ workingEndsAt: at, wallEndsAt: null });
    expect(await sandbox.ended).toEqual({ kind: "deadline", limit: "working", at });
    expect(await sandbox.capture(kept, captureFolder(sandbox))).toMatchObject({ status: "captured" });
    await sandbox.destroy();
    expect(await provider.clean({ dryRun: true })).toMatchObject({ containers: 0 });
  });

  it("with the runner, and comes back: the deadline was held, and what stood there is captured", async () => {
    const spec = specOf(context);
    const mark = token();
    const query = new URLSearchParams({ scope, context, address: own.address });
    const orphan = await leaveOrphan({
      providerModule: new URL(`./provider-module.ts?${query}`, import.meta.url).href,
      spec,
      script: `setsid sleep ${mark} & while :; do date +%s%3N >>solution/kept; sleep 0.02; done; : ${mark}`,
      deadline: { limit: "workingEndsAt", inMs: 1500 },
      frozen: false,
    });
    own.kill();
    expect(hostProcesses(mark).length).toBeGreaterThan(0);
    await until("the deadline has passed", () => Date.now() > (orphan.at ?? 0) + 500);
    expect(hostProcesses(mark)).toEqual([]);
    await own.start();
    const sandbox = await provider.attach(orphan.reference);
    expect(await sandbox.ended).toEqual({ kind: "deadline", limit: "working", at: orphan.at });
    expect((await sandbox.execution(orphan.execution).wait()).exitCode).toBeNull();
    expect(await sandbox.capture(kept, captureFolder(sandbox))).toMatchObject({ status: "captured" });
    const times = Buffer.from(await sandbox.read("/home/agent/solution/kept", { maxBytes: 1e6 })).toString();
    const last = Number(times.trim().split("\n").at(-1));
    expect(Math.abs(last - (orphan.at ?? 0))).toBeLessThan(400);
    await sandbox.destroy();
  });

  it("for good: that is told, and the deadline is held", async () => {
    const sandbox = await provider.create(specOf(context));
    const mark = token();
    const script = `trap "" TERM; setsid sleep ${mark} & sleep ${mark}`;
    const execution = await sandbox.exec({ argv: ["bash", "-c", script], user: "agent" });
    await until("it runs", () => hostProcesses(mark).length >= 2);
    const at = Date.now() + 3000;
    await sandbox.setDeadlines({ workingEndsAt: at, wallEndsAt: null });
    const startedAt = performance.now();
    own.kill();
    expect(hostProcesses(mark).length).toBeGreaterThanOrEqual(2);
    await until("the deadline has passed", () => Date.now() > at + 500);
    expect(hostProcesses(mark)).toEqual([]);
    expect(await sandbox.ended).toEqual({ kind: "died", reason: "the container engine does not answer any more" });
    expect(performance.now() - startedAt).toBeLessThan(14_000);
    expect(await execution.wait()).toMatchObject({ exitCode: null });
    const told = { code: expect.stringMatching(/^sandbox\./) as string };
    await expect(sandbox.capture(kept, captureFolder(sandbox))).rejects.toMatchObject(told);
    await expect(run(sandbox, "true")).rejects.toMatchObject({ code: "sandbox.gone" });
  });
});
