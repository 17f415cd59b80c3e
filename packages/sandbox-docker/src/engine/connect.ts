import { RebenchError } from "@rebench/task-kit";
import Docker from "dockerode";
import { withBlame } from "./answers.ts";
import { createArchives, type Archives } from "./archives.ts";
import { createContainers, type Containers } from "./containers.ts";
import { createExecs, type Execs } from "./execs.ts";
import { createImages, type Images } from "./images.ts";
import { engineLocations, type EngineLocation } from "./locations.ts";
import { createSystem, type System } from "./system.ts";

/** A container engine that answered, one client a noun. */
export interface Engine {
  readonly location: EngineLocation;
  readonly containers: Containers;
  readonly execs: Execs;
  readonly archives: Archives;
  readonly images: Images;
  readonly system: System;
}

export function engineAt(location: EngineLocation): Engine {
  const docker = new Docker(dockerOptions(location.address));
  return {
    location,
    containers: withBlame(createContainers(docker), location.address),
    execs: withBlame(createExecs(docker), location.address),
    archives: withBlame(createArchives(docker), location.address),
    images: withBlame(createImages(docker), location.address),
    system: createSystem(docker),
  };
}

const answerMs = 3000;

/** The first engine that answers. Errors with code `sandbox.no-engine`, naming what was tried. */
export async function findEngine(locations: readonly EngineLocation[] = engineLocations()): Promise<Engine> {
  const refusals: string[] = [];
  for (const location of locations) {
    const engine = engineAt(location);
    try {
      await engine.system.ping(answerMs);
      return engine;
    } catch (error) {
      refusals.push(`${location.found} (${location.address}): ${reasonOf(error)}`);
    }
  }
  throw new RebenchError({
    code: "sandbox.no-engine",
    message: refusals.length === 0 ? "no container engine was found" : `no engine answers at ${refusals.join("; ")}`,
    fix: "start Docker or Podman, or name its address in DOCKER_HOST",
  });
}

function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const code = "code" in error ? String(error.code) : error.name;
  const known: Record<string, string> = {
    EACCES: "permission denied; add yourself to its group",
    ECONNREFUSED: "nobody listens",
    ENOENT: "there is no such socket",
    ETIMEDOUT: `no answer within ${answerMs / 1000} s`,
  };
  return known[code] ?? error.message;
}

function dockerOptions(address: string): Docker.DockerOptions {
  const path = /^(?:unix|npipe):\/\/(.+)$/.exec(address)?.[1];
  if (path !== undefined) return { socketPath: path };
  let url: URL;
  try {
    url = new URL(address);
  } catch (cause) {
    throw new RebenchError({
      code: "usage.docker-host",
      message: `${JSON.stringify(address)} is no address of an engine`,
      fix: "such as unix:///var/run/docker.sock or tcp://127.0.0.1:2375",
      cause,
    });
  }
  if (url.protocol === "ssh:") {
    const { hostname: host, port, username } = url;
    return { protocol: "ssh", host, port: port || 22, username };
  }
  // dockerode reads DOCKER_HOST, DOCKER_TLS_VERIFY and DOCKER_CERT_PATH as the docker command does.
  if (process.env["DOCKER_HOST"] === address) return {};
  return { protocol: url.protocol === "https:" ? "https" : "http", host: url.hostname, port: url.port || 2375 };
}
