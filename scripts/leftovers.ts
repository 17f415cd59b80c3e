import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { ask } from "./docker-engine.ts";

// What the tests may not leave behind: on a Docker engine, what bears our labels or name; on this machine, processes.

type Labels = Readonly<Record<string, string>> | null;

/** Which things on an engine count: on an engine of the run's own every container, network and volume; on another only what is marked as ours. */
export type Scope = "everything" | "ours";

/** One line for each container, network, volume and image that counts. */
export async function listOnEngine(host: string, scope: Scope): Promise<string[]> {
  const [containers, networks, volumes, images] = (await Promise.all([
    ask(host, "/containers/json?all=1"),
    ask(host, "/networks"),
    ask(host, "/volumes"),
    ask(host, "/images/json"),
  ])) as [
    { Id: string; Names: string[]; Image: string; Labels: Labels }[],
    { Name: string; Labels: Labels }[],
    { Volumes: { Name: string; Labels: Labels }[] | null },
    { Id: string; RepoTags: string[] | null; Labels: Labels }[],
  ];
  const counts = (labels: Labels): boolean => scope === "everything" || isOurs(labels);
  return [
    ...containers
      .filter(({ Labels, Image }) => counts(Labels) || Image.startsWith("rebench"))
      .map(({ Id, Names, Image }) => `container ${Names[0]?.slice(1) ?? ""} ${Id.slice(0, 12)} of ${Image}`),
    ...networks.filter(({ Labels }) => counts(Labels)).map(({ Name }) => `network ${Name}`),
    ...(volumes.Volumes ?? []).filter(({ Labels }) => counts(Labels)).map(({ Name }) => `volume ${Name}`),
    ...images.flatMap(({ Id, RepoTags, Labels }) => {
      const tags = (RepoTags ?? []).filter((tag) => tag !== "<none>:<none>");
      if (isOurs(Labels)) return (tags.length === 0 ? [Id.slice(0, 19)] : tags).map((tag) => `image ${tag}`);
      return tags.filter((tag) => tag.startsWith("rebench")).map((tag) => `image ${tag}`);
    }),
  ];
}

function isOurs(labels: Labels): boolean {
  return Object.keys(labels ?? {}).some((key) => key.startsWith("rebench."));
}

/** One line for each process that was started with `mark` (`NAME=value`) in its environment. Linux only; elsewhere none. */
export function listProcesses(mark: string): string[] {
  return listFolder("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((name) => read(`/proc/${name}/environ`).split("\0").includes(mark))
    .map((name) => `process ${name}: ${read(`/proc/${name}/cmdline`).split("\0").join(" ").trim().slice(0, 160)}`);
}

/** What is still there when it has had some seconds to go. */
export async function settle(list: () => string[] | Promise<string[]>): Promise<string[]> {
  for (let tries = 0; ; tries += 1) {
    const left = await list();
    if (left.length === 0 || tries === 20) return left;
    await sleep(250);
  }
}

function listFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

// A process may end at any moment, and that of another user may not be read.
function read(path: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return "";
  }
}
