import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Sandbox } from "@rebench/core";
import { hostProcesses, token, until } from "@rebench/core/testing";
import { readStatus, type TreeRecipe } from "@rebench/supervisor";
import { afterAll, describe, expect, it } from "vitest";
import type { LocalLevelName } from "../src/levels/build-level.ts";
import { createProvider, type ProviderInternals } from "../src/provider.ts";
import { canLeaseUsers } from "../src/uid-leases.ts";

const base = `/var/tmp/rebench-test-${process.getuid?.()}-${process.pid}-off`;
const folders: string[] = [base];
afterAll(() => folders.forEach((folder) => rmSync(folder, { recursive: true, force: true })));

async function start(level: LocalLevelName, internals: ProviderInternals, script: string) {
  const provider = createProvider({ level, baseFolder: base }, internals);
  const directory = mkdtempSync(join(tmpdir(), "rebench-off-"));
  folders.push(directory);
  const sandbox = await provider.create({
    id: "off",
    labels: { run: "off", attempt: "off" },
    purpose: "attempt",
    resources: { cpus: 1, memoryMb: 256, diskMb: 64, pids: 64 },
    directory,
    protectedPaths: [],
    relay: false,
  });
  await sandbox.exec({ argv: ["sh", "-c", script], user: "agent" });
  return { provider, sandbox };
}

async function killSupervisor(sandbox: Sandbox): Promise<void> {
  const status = await readStatus(sandbox.reference.directory);
  process.kill(status?.supervisor.pid ?? 0, "SIGKILL");
  await sandbox.ended;
  await sleep(400);
}

/** Finds nobody, signals nobody. */
const blind = (recipe: TreeRecipe): TreeRecipe => ({
  ...recipe,
  broadcast: { agent: [], harness: [] },
  membership: { kind: "users", agent: -1, harness: -1 },
});

/** What the contract asserts does not hold where the safeguard is missing, so the contract tests it. */
describe("with its safeguard off", () => {
  for (const level of ["bwrap", "unshare", "uid", "none"] as const) {
    it(`${level} outlives a supervisor that was killed`, async (context) => {
      const probe = await createProvider({ level, baseFolder: base }, {}).probe({ protectedPaths: [] });
      if (!probe.find((found) => found.level === level)?.available)
        context.skip(`level ${level} is not available here`);
      const mark = token();
      const { provider, sandbox } = await start(
        level,
        { endsWithSupervisor: false },
        `setsid sleep ${mark} & sleep ${mark}`,
      );
      await until("it runs", () => hostProcesses(mark).length >= 2);
      await killSupervisor(sandbox);
      expect(hostProcesses(mark).length).toBeGreaterThan(0);
      // Which the clean-up finds all the same.
      expect((await provider.clean({ dryRun: false })).processes).toBeGreaterThan(0);
      expect(hostProcesses(mark)).toEqual([]);
    });
  }

  it("freezing and deadlines reach nobody", async (context) => {
    if (!canLeaseUsers()) context.skip("the uid level needs root");
    const mark = token();
    const writer = `while :; do echo >>log; sleep 0.01; done; : ${mark}`;
    const { provider, sandbox } = await start("uid", { recipe: blind }, `env -i setsid sh -c '${writer}' & wait`);
    await until("it runs", () => hostProcesses(mark).length >= 2);
    const size = async () => (await sandbox.read(`${sandbox.layout.home}/log`, { maxBytes: 1 << 20 })).length;
    await sandbox.freeze();
    const frozen = await size();
    await sleep(100);
    expect(await size()).toBeGreaterThan(frozen);
    await sandbox.thaw({ workingEndsAt: Date.now() + 50, wallEndsAt: null });
    expect(await sandbox.ended).toMatchObject({ kind: "deadline" });
    const late = await size();
    await sleep(100);
    expect(await size()).toBeGreaterThan(late);
    await sandbox.destroy();
    await provider.clean({ dryRun: false });
    expect(hostProcesses(mark)).toEqual([]);
  });
});
