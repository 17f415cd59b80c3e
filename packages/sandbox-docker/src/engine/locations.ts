import { existsSync, readdirSync, readFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { RebenchError } from "@rebench/task-kit";
import { z } from "zod";

/** Where an engine may answer. */
export interface EngineLocation {
  /** How it was found, for people, e.g. `DOCKER_HOST`. */
  readonly found: string;
  /** `unix:///…`, `tcp://…`, `ssh://…` or `npipe://…`. */
  readonly address: string;
}

interface Surroundings {
  readonly environment: NodeJS.ProcessEnv;
  readonly home: string;
  readonly user: number;
}

type Strategy = (surroundings: Surroundings) => readonly EngineLocation[];

const fromEnvironment: Strategy = ({ environment }) => {
  // As the docker command has it, an empty one is none.
  const address = environment["DOCKER_HOST"] || environment["CONTAINER_HOST"];
  return address ? [{ found: environment["DOCKER_HOST"] ? "DOCKER_HOST" : "CONTAINER_HOST", address }] : [];
};

const dockerConfiguration = z.object({ currentContext: z.string().optional() });
const contextMetadata = z.object({
  Name: z.string(),
  Endpoints: z.object({ docker: z.object({ Host: z.string() }).optional() }),
});

/** The context chosen with `docker context use`, or by `DOCKER_CONTEXT`. */
const fromContext: Strategy = ({ environment, home }) => {
  const folder = environment["DOCKER_CONFIG"] || join(home, ".docker");
  const chosen =
    environment["DOCKER_CONTEXT"] || readJson(join(folder, "config.json"), dockerConfiguration)?.currentContext;
  if (chosen === undefined || chosen === "default") return [];
  const contexts = join(folder, "contexts/meta");
  for (const name of existsSync(contexts) ? readdirSync(contexts) : []) {
    const context = readJson(join(contexts, name, "meta.json"), contextMetadata);
    const address = context?.Endpoints.docker?.Host;
    if (context?.Name === chosen && address !== undefined) return [{ found: `context ${chosen}`, address }];
  }
  return [];
};

/** Null where there is none, or one that is not ours to judge. */
function readJson<T>(path: string, schema: z.ZodType<T>): T | null {
  try {
    return schema.parse(JSON.parse(readFileSync(path, "utf8")));
  } catch {
    return null;
  }
}

const sockets =
  (list: (surroundings: Surroundings) => ReadonlyArray<readonly [found: string, path: string]>): Strategy =>
  (surroundings) =>
    list(surroundings)
      .filter(([, path]) => existsSync(path))
      .map(([found, path]) => ({ found, address: `unix://${path}` }));

const runtimeFolder = ({ environment, user }: Surroundings): string =>
  environment["XDG_RUNTIME_DIR"] || `/run/user/${user}`;

const dockerSocket = sockets(() => [["Docker", "/var/run/docker.sock"]]);
const rootlessDocker = sockets((around) => [["rootless Docker", join(runtimeFolder(around), "docker.sock")]]);
const dockerDesktop = sockets(({ home }) => [
  ["Docker Desktop", join(home, ".docker/run/docker.sock")],
  ["Docker Desktop", join(home, ".docker/desktop/docker.sock")],
  ["Colima", join(home, ".colima/default/docker.sock")],
]);
const podman = sockets((around) => [
  ["Podman", join(runtimeFolder(around), "podman/podman.sock")],
  ["Podman", "/run/podman/podman.sock"],
]);

const strategies: readonly Strategy[] = [
  fromEnvironment,
  fromContext,
  dockerSocket,
  rootlessDocker,
  dockerDesktop,
  podman,
];

/**
 * Places to try, in order. What a person named is the only one. Errors with code `usage.docker-context` where DOCKER_CONTEXT names
 * a context that is not there.
 */
export function engineLocations(surroundings?: Partial<Surroundings>): readonly EngineLocation[] {
  const around: Surroundings = {
    environment: process.env,
    home: homedir(),
    user: process.getuid?.() ?? 0,
    ...surroundings,
  };
  const context = around.environment["DOCKER_CONTEXT"];
  const named = [...fromEnvironment(around), ...(context ? fromContext(around) : [])].slice(0, 1);
  if (named.length > 0) return named;
  if (context && context !== "default")
    throw new RebenchError({
      code: "usage.docker-context",
      message: `DOCKER_CONTEXT names ${JSON.stringify(context)}, and there is no such context`,
      fix: "`docker context ls` lists them",
    });
  return strategies.flatMap((strategy) => strategy(around));
}
