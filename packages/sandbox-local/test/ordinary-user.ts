/** A short life of a sandbox, as a process of its own: what the contract asks, for a user that is not the test's. */
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { IsolationLevel } from "@rebench/core";
import { createLocalSandboxProvider } from "../src/provider.ts";

const level = process.argv[2] as IsolationLevel;
const baseFolder = `/var/tmp/rebench-test-${process.getuid?.()}-${process.pid}-${level}`;
const directory = mkdtempSync(join(tmpdir(), "rebench-ordinary-"));
const provider = createLocalSandboxProvider({ level, baseFolder });
const probe = (await provider.probe({ protectedPaths: [] })).find((found) => found.level === level);
const report: Record<string, unknown> = { available: probe?.available, reason: probe?.reason };

if (probe?.available) {
  const sandbox = await provider.create({
    id: "ordinary",
    labels: { run: "ordinary", attempt: "ordinary" },
    purpose: "scoring",
    resources: { cpus: 1, memoryMb: 256, diskMb: 64, pids: 64 },
    directory,
    protectedPaths: [directory],
    relay: true,
  });
  const run = async (script: string): Promise<string> => {
    const execution = await sandbox.exec({ argv: ["sh", "-c", script], user: "agent" });
    await execution.wait();
    return Buffer.from(await execution.readOutput("stdout", 0, 1 << 16))
      .toString()
      .trim();
  };
  report["guarantees"] = sandbox.guarantees;
  report["user"] = await run("id -u");
  report["hidden"] = (await run(`cat ${directory}/supervisor.json 2>/dev/null || echo hidden`)) === "hidden";
  report["routes"] = await run("tail -n +2 /proc/net/route | wc -l");

  const writer = "while :; do echo >>solution/log; sleep 0.01; done";
  await run(`(setsid sh -c '${writer}' >/dev/null 2>&1 &)`);
  const size = async (): Promise<number> =>
    (await sandbox.read(`${sandbox.layout.solution}/log`, { maxBytes: 1 << 20 })).length;
  await sleep(200);
  await sandbox.freeze();
  const frozen = await size();
  await sleep(200);
  report["frozen"] = frozen > 0 && (await size()) === frozen;
  await sandbox.thaw({ workingEndsAt: Date.now() + 300, wallEndsAt: null });
  report["end"] = (await sandbox.ended).kind;
  const contract = {
    entries: [{ path: "log", kind: "file", required: true, maxBytes: 1 << 20 }],
    maxFiles: 1,
  } as const;
  report["captured"] = (await sandbox.capture(contract, join(directory, "captured"))).status;
  const captured = readFileSync(join(directory, "captured/log")).length;
  await sleep(100);
  report["still"] = captured > frozen && (await size()) === captured;
  await sandbox.destroy();
  report["left"] = await provider.clean({ dryRun: true });
}
for (const folder of [directory, baseFolder]) rmSync(folder, { recursive: true, force: true });
process.stdout.write(JSON.stringify(report));
