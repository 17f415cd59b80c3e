import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import {
  existsSync,
  mkdtempSync,
  openSync,
  readFileSync,
  readdirSync,
  readlinkSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { until } from "@rebench/core/testing";
import Docker from "dockerode";

/** An engine that a test may kill: in a network and mount namespace of its own, so that it touches nobody else's. */
export interface OwnEngine {
  readonly address: string;
  /** As a crash: the engine and what it runs containers with, at once. The containers go on. */
  kill(): void;
  /** After {@link kill}. Returns when it answers. */
  start(): Promise<void>;
  /** Takes an image over from another engine. */
  load(from: Docker, image: string): Promise<void>;
  /** Ends it and every container, and removes its folder. */
  remove(): Promise<void>;
}

/** Why there can be none here; null where there can. */
export function whyNoOwnEngine(): string | null {
  if (process.getuid?.() !== 0) return "needs root to start an engine of its own";
  for (const program of ["dockerd", "containerd", "unshare", "nsenter", "ip"]) {
    if (spawnSync(program, ["--version"]).error !== undefined) return `needs ${program}`;
  }
  if (spawnSync("unshare", ["--net", "--mount", "true"]).status !== 0) return "no network namespaces here";
  return null;
}

export async function startOwnEngine(): Promise<OwnEngine> {
  // On a real disk: overlays do not stack everywhere.
  const folder = mkdtempSync("/var/tmp/rebench-own-engine-");
  const address = `unix://${folder}/docker.sock`;
  // As in `scripts/engine.sh`: the host's containerd is out of sight.
  const setUp =
    "ip link set lo up; mkdir -p /run/containerd && mount -t tmpfs none /run/containerd; echo ready; exec sleep infinity";
  const holder = spawn("unshare", ["--net", "--mount", "--propagation", "slave", "sh", "-c", setUp], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  await once(holder.stdout, "data");
  const holderPid = holder.pid ?? 0;
  writeFileSync(join(folder, "daemon.json"), "{}");
  const log = openSync(join(folder, "log"), "a");
  let engine: ChildProcess | null = null;
  const client = new Docker({ socketPath: join(folder, "docker.sock") });
  const containerdPid = join(folder, "exec/containerd/containerd.pid");

  function kill(): void {
    engine?.kill("SIGKILL");
    engine = null;
    if (existsSync(containerdPid)) signal(Number(readFileSync(containerdPid, "utf8")));
    // The next one would wait for the dead one.
    rmSync(containerdPid, { force: true });
    rmSync(join(folder, "pid"), { force: true });
  }

  async function start(): Promise<void> {
    const into = ["--target", String(holderPid), "--net", "--mount"];
    const paths = [`--data-root=${folder}/data`, `--exec-root=${folder}/exec`, `--pidfile=${folder}/pid`];
    const rest = ["--live-restore", "--bridge=none", "--iptables=false", "--storage-driver=overlay2"];
    const argv = ["dockerd", `--host=${address}`, ...paths, `--config-file=${folder}/daemon.json`, ...rest];
    engine = spawn("nsenter", [...into, ...argv], { stdio: ["ignore", log, log] });
    const answers = () => client.ping().then(Boolean, () => false);
    await until("an engine of our own answers", answers, 30_000).catch((error: unknown) => {
      throw new Error(`It does not start:\n${readFileSync(join(folder, "log"), "utf8").slice(-2000)}`, {
        cause: error,
      });
    });
  }

  async function remove(): Promise<void> {
    const known = join(folder, "data/containers");
    const containers = existsSync(known) ? readdirSync(known) : [];
    kill();
    const namespace = readlinkSync(`/proc/${holderPid}/ns/net`);
    // The shims are in the namespace; the containers' first processes are their children.
    for (const pid of processesIn(namespace)) {
      if (pid === holderPid) continue;
      for (const child of childrenOf(pid)) signal(child);
      signal(pid);
    }
    holder.kill("SIGKILL");
    await until("its processes are gone", () => processesIn(namespace).length === 0);
    for (const id of containers) {
      spawnSync("find", ["/sys/fs/cgroup", "-depth", "-type", "d", "-name", `*${id}*`, "-delete"]);
    }
    await sleep(100);
    rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
  }

  await start();
  return {
    address,
    kill,
    start,
    load: async (from, image) => {
      const answer = await client.loadImage(await from.getImage(image).get());
      await new Promise<void>((resolve, reject) => {
        answer.on("end", resolve).on("error", reject).resume();
      });
    },
    remove,
  };
}

function signal(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // It is gone.
  }
}

function processesIn(namespace: string): number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return readlinkSync(`/proc/${pid}/ns/net`) === namespace;
      } catch {
        return false;
      }
    });
}

function childrenOf(pid: number): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "latin1").trim().split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}
