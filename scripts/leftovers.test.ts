import { spawn } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, onTestFinished, test, vi } from "vitest";
import { findEngine } from "./docker-engine.ts";
import { listOnEngine, listProcesses } from "./leftovers.ts";

const ours = { "rebench.scope": "test" };

const answers: Record<string, unknown> = {
  "/version": { Version: "20.10.24" },
  "/containers/json?all=1": [
    { Id: "0123456789abcdef", Names: ["/one"], Image: "debian:bookworm-slim", Labels: ours },
    { Id: "1123456789abcdef", Names: ["/two"], Image: "rebench-optimize-kernel:1", Labels: {} },
    { Id: "2123456789abcdef", Names: ["/three"], Image: "postgres:17", Labels: {} },
  ],
  "/networks": [
    { Name: "bridge", Labels: {} },
    { Name: "inside", Labels: ours },
  ],
  "/volumes": { Volumes: [{ Name: "anonymous", Labels: null }] },
  "/images/json": [
    { Id: "sha256:aaaaaaaaaaaaaaaaaaaa", RepoTags: ["debian:bookworm-slim"], Labels: null },
    { Id: "sha256:bbbbbbbbbbbbbbbbbbbb", RepoTags: ["rebench-optimize-kernel:1", "other:1"], Labels: null },
    { Id: "sha256:cccccccccccccccccccc", RepoTags: ["<none>:<none>"], Labels: ours },
  ],
};

test("on another's engine only what is marked as ours counts", async () => {
  expect(await listOnEngine(await engineThatAnswers(), "ours")).toEqual([
    "container one 0123456789ab of debian:bookworm-slim",
    "container two 1123456789ab of rebench-optimize-kernel:1",
    "network inside",
    "image rebench-optimize-kernel:1",
    "image sha256:cccccccccccc",
  ]);
});

test("on an engine of the run's own unmarked containers, networks and volumes count too", async () => {
  const list = await listOnEngine(await engineThatAnswers(), "everything");
  expect(list).toEqual(
    expect.arrayContaining(["container three 2123456789ab of postgres:17", "network bridge", "volume anonymous"]),
  );
});

test("an engine is found by DOCKER_HOST, and unless REBENCH_ENGINE=skip", async () => {
  const host = await engineThatAnswers();
  expect(await findEngine({ DOCKER_HOST: host })).toEqual({ kind: "engine", host, version: "20.10.24" });
  expect(await findEngine({ DOCKER_HOST: host, REBENCH_ENGINE: "skip" })).toEqual({
    kind: "none",
    reason: "REBENCH_ENGINE=skip",
  });
  expect(await findEngine({ DOCKER_HOST: "unix:///nowhere/docker.sock" })).toMatchObject({
    kind: "none",
    reason: expect.stringContaining("no Docker engine answers on unix:///nowhere/docker.sock") as string,
  });
});

test("a process is known by the mark in its environment", async (context) => {
  if (process.platform !== "linux") context.skip("processes are looked for in /proc");
  const mark = `REBENCH_CHECK=test-${process.pid}`;
  expect(listProcesses(mark)).toEqual([]);
  const child = spawn("sleep", ["60"], { env: { PATH: process.env["PATH"], REBENCH_CHECK: `test-${process.pid}` } });
  onTestFinished(() => void child.kill("SIGKILL"));
  await vi.waitFor(() => {
    expect(listProcesses(mark)).toEqual([`process ${String(child.pid)}: sleep 60`]);
  });
});

/** A fake engine on a socket of its own; its DOCKER_HOST. */
async function engineThatAnswers(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "rebench-engine-test-"));
  const server = createServer((request, response) => {
    const answer = answers[request.url ?? ""];
    response.writeHead(answer === undefined ? 404 : 200).end(JSON.stringify(answer));
  });
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  const socket = join(folder, "docker.sock");
  await new Promise<void>((resolve) => server.listen(socket, resolve));
  return `unix://${socket}`;
}
