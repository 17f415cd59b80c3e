import { spawn, spawnSync, type ChildProcess } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { createInterface } from "node:readline";
import { expect, onTestFinished, test, vi, type TestContext } from "vitest";

const root = dirname(import.meta.dirname);
const isRoot = process.getuid?.() === 0;

test("./check --engine without root says that it needs it, and changes nothing", () => {
  const { status, stderr } = spawnSync("sh", [join(root, "check"), "--engine"], {
    encoding: "utf8",
    ...(isRoot && { uid: 65534, gid: 65534 }),
  });
  expect(stderr).toContain("--engine needs root");
  expect(status).toBe(2);
});

test("an engine that dies is started again, and a terminated run takes it along", async (context) => {
  const run = await startEngine(context);
  const first = readFileSync(run.pidFile, "utf8");
  process.kill(Number(first), "SIGKILL");
  await vi.waitFor(() => expect(engineVersion(run.host)).not.toBe(""), { timeout: 30_000, interval: 200 });
  expect(readFileSync(run.pidFile, "utf8")).not.toBe(first);

  run.child.kill("SIGTERM");
  expect(await run.exit).toBe(143);
  expect(leftOf(run)).toEqual([]);
});

test("a run that is killed leaves nothing of its engine either", async (context) => {
  const run = await startEngine(context);
  run.child.kill("SIGKILL");
  await run.exit;
  await vi.waitFor(() => expect(leftOf(run)).toEqual([]), { timeout: 30_000, interval: 200 });
});

interface EngineRun {
  readonly child: ChildProcess;
  /** The exit status, null after a signal. */
  readonly exit: Promise<number | null>;
  readonly folder: string;
  readonly namespace: string;
  readonly host: string;
  readonly pidFile: string;
}

/** What ./check --engine does, with `sleep` in place of the checks and of what makes the base image. */
async function startEngine(context: TestContext): Promise<EngineRun> {
  if (!isRoot) context.skip("a Docker engine is started by root only");
  if (spawnSync("dockerd", ["--version"]).error !== undefined) context.skip("no dockerd on this machine");
  if (spawnSync("unshare", ["--net", "true"]).status !== 0) context.skip("no network namespace may be made here");
  const script = `
    root=$1 program=test
    . "$root/scripts/toolchain.sh"; . "$root/scripts/engine.sh"
    start_engine
    echo "$engine $namespace $DOCKER_HOST $REBENCH_ENGINE_PID_FILE"
    make_base_image() { attended sh -c "sleep 600; :" "$engine"; }
    begin_base_image
    in_namespace sleep 600`;
  const child = spawn("sh", ["-c", script, "sh", root], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => void child.kill("SIGTERM"));
  const exit = new Promise<number | null>((resolve) => child.on("exit", resolve));
  const line = await Promise.race([
    new Promise<string>((resolve) => createInterface(child.stdout).once("line", resolve)),
    exit.then((status) => Promise.reject(new Error(`the engine did not start (status ${String(status)})`))),
  ]);
  const [folder = "", namespace = "", host = "", pidFile = ""] = line.split(" ");
  expect(engineVersion(host)).not.toBe("");
  return { child, exit, folder, namespace, host, pidFile };
}

function engineVersion(host: string): string {
  return spawnSync("docker", ["--host", host, "version", "--format", "{{.Server.Version}}"], {
    encoding: "utf8",
  }).stdout.trim();
}

/** Whatever of an engine is still there: its folder, namespace, interface, rules, processes that name the folder. */
function leftOf({ folder, namespace }: EngineRun): string[] {
  const rules = ["filter", "nat"].map(
    (table) => spawnSync("iptables", ["-w", "-t", table, "-S"], { encoding: "utf8" }).stdout,
  );
  const processes = spawnSync("ps", ["-eo", "pid,args"], { encoding: "utf8" }).stdout;
  return [
    ...[folder, `/run/netns/${namespace}`, `/sys/class/net/${namespace}`].filter((path) => existsSync(path)),
    ...[...rules, processes]
      .flatMap((text) => text.split("\n"))
      .filter((line) => line.includes(folder) || line.includes(`${namespace} `)),
  ];
}
