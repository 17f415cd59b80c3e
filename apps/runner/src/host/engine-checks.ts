import { probeContainers } from "./choose-sandbox.ts";
import type { MachineCheck } from "./machine-checks.ts";
import { dockerProvider } from "./providers.ts";

const enoughForImagesMb = 3000;

/** What `rebench doctor` says of containers: the engine, its disk, its GPUs, and the profile read back from a real container. */
export async function checkEngine(): Promise<MachineCheck[]> {
  const probe = await probeContainers();
  if (!probe.available) {
    const found = probe.reason ?? "none";
    const fix = probe.fix ?? "install Docker or Podman";
    return [{ id: "engine", name: "container engine", status: "warn", found, fix }];
  }
  const docker = await dockerProvider();
  const facts = await docker.engineFacts();
  const { version, address, cgroups, rootless, gpuRuntime, liveRestore, freeMb } = facts;
  const kind = [`cgroup v${cgroups}`, ...(rootless ? ["rootless"] : [])].join(", ");
  const checks: MachineCheck[] = [
    {
      id: "engine",
      name: "container engine",
      status: "ok",
      found: `${version} at ${address} (${facts.found}; ${kind})`,
    },
    liveRestore
      ? { id: "engine.restart", name: "engine restart", status: "ok", found: "containers go on (live-restore)" }
      : {
          id: "engine.restart",
          name: "engine restart",
          status: "warn",
          found: "ends containers, and attempts with them",
          fix: 'set "live-restore": true in /etc/docker/daemon.json',
        },
    {
      id: "engine.gpu",
      name: "engine GPUs",
      status: gpuRuntime ? "ok" : "warn",
      found: gpuRuntime ? "nvidia" : "none",
    },
  ];
  if (freeMb !== null) {
    const found = `${(freeMb / 1000).toFixed(1)} GB free at ${facts.root}`;
    checks.push(
      freeMb >= enoughForImagesMb
        ? { id: "engine.disk", name: "engine disk", status: "ok", found }
        : { id: "engine.disk", name: "engine disk", status: "warn", found, fix: "rebench clean --images" },
    );
  }
  checks.push(await profileCheck());
  return checks;
}

async function profileCheck(): Promise<MachineCheck> {
  const common = { id: "engine.profile", name: "container profile" };
  const points = await (await dockerProvider()).checkProfile();
  if (points === null) return { ...common, status: "warn", found: "read back once an image has been built" };
  const broken = points.filter(({ holds }) => !holds);
  if (broken.length === 0) return { ...common, status: "ok", found: `all ${points.length} settings hold` };
  const found = broken.map((point) => `${point.name} is ${point.found}`).join("; ");
  return { ...common, status: "missing", found, fix: "this engine ignores settings; use --sandbox local" };
}
