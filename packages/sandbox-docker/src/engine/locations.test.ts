import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import { engineLocations, type EngineLocation } from "./locations.ts";

const root = mkdtempSync(join(tmpdir(), "rebench-home-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
const home = join(root, "home");
const runtime = join(root, "run");
beforeEach(() => {
  rmSync(home, { recursive: true, force: true });
  rmSync(runtime, { recursive: true, force: true });
  mkdirSync(home);
});

/** Without what is on this machine whoever asks. */
function find(environment: NodeJS.ProcessEnv = {}): EngineLocation[] {
  const found = engineLocations({ environment: { XDG_RUNTIME_DIR: runtime, ...environment }, home, user: 1234 });
  return found.filter(({ address }) => !/^unix:\/\/\/(?:var\/)?run\//.test(address));
}

function put(path: string, content = ""): string {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, content);
  return path;
}

function makeContext(name: string, address: string | null, folder = join(home, ".docker")): void {
  const endpoints = address === null ? {} : { docker: { Host: address } };
  put(join(folder, "contexts/meta", name, "meta.json"), JSON.stringify({ Name: name, Endpoints: endpoints }));
}

const choose = (currentContext: string, folder = join(home, ".docker")) =>
  put(join(folder, "config.json"), JSON.stringify({ auths: {}, currentContext }));

describe("where an engine may answer", () => {
  it("is where DOCKER_HOST says, and nowhere else", () => {
    put(join(runtime, "docker.sock"));
    makeContext("far", "ssh://far");
    choose("far");
    expect(engineLocations({ environment: { DOCKER_HOST: "tcp://there:1", CONTAINER_HOST: "x" }, home })).toEqual([
      { found: "DOCKER_HOST", address: "tcp://there:1" },
    ]);
    expect(engineLocations({ environment: { CONTAINER_HOST: "unix:///podman" }, home })).toEqual([
      { found: "CONTAINER_HOST", address: "unix:///podman" },
    ]);
    expect(engineLocations({ environment: { DOCKER_HOST: "", CONTAINER_HOST: "unix:///podman" }, home })).toEqual([
      { found: "CONTAINER_HOST", address: "unix:///podman" },
    ]);
  });

  it("is first the context that was chosen", () => {
    const rootless = put(join(runtime, "docker.sock"));
    makeContext("near", "unix:///near.sock");
    makeContext("far", "ssh://me@far:2222");
    choose("near");
    expect(find()).toEqual([
      { found: "context near", address: "unix:///near.sock" },
      { found: "rootless Docker", address: `unix://${rootless}` },
    ]);
    expect(find({ DOCKER_CONTEXT: "" })[0]?.address).toBe("unix:///near.sock");
  });

  it("is the context that DOCKER_CONTEXT names, and nowhere else", () => {
    put(join(runtime, "docker.sock"));
    makeContext("near", "unix:///near.sock");
    makeContext("far", "ssh://me@far:2222");
    choose("near");
    const around = { home, user: 1234 };
    expect(engineLocations({ ...around, environment: { XDG_RUNTIME_DIR: runtime, DOCKER_CONTEXT: "far" } })).toEqual([
      { found: "context far", address: "ssh://me@far:2222" },
    ]);
    expect(find({ DOCKER_CONTEXT: "default" }).map(({ found }) => found)).toEqual(["rootless Docker"]);
  });

  it("is nowhere where DOCKER_CONTEXT names what is not there", () => {
    put(join(runtime, "docker.sock"));
    makeContext("near", "unix:///near.sock");
    expect(() => find({ DOCKER_CONTEXT: "nera" })).toThrow('DOCKER_CONTEXT names "nera"');
    expect(find({ DOCKER_CONTEXT: "nera", DOCKER_HOST: "tcp://there:1" })).toHaveLength(1);
  });

  it("is looked for in DOCKER_CONFIG", () => {
    const folder = join(root, "configuration");
    makeContext("near", "unix:///near.sock", folder);
    choose("near", folder);
    expect(find({ DOCKER_CONFIG: folder })).toEqual([{ found: "context near", address: "unix:///near.sock" }]);
    expect(find()).toEqual([]);
  });

  it("is found in spite of configurations that are not ours to judge", () => {
    const rootless = { found: "rootless Docker", address: `unix://${put(join(runtime, "docker.sock"))}` };
    for (const text of ["", "{", "[]", '{"currentContext":7}', '{"currentContext":"missing"}', "{}"]) {
      put(join(home, ".docker/config.json"), text);
      expect(find()).toEqual([rootless]);
    }
    makeContext("odd", null);
    choose("odd");
    expect(find()).toEqual([rootless]);
    put(join(home, ".docker/contexts/meta/a/meta.json"), "{");
    makeContext("near", "unix:///near.sock");
    choose("near");
    expect(find()[0]?.address).toBe("unix:///near.sock");
  });

  it("is at the sockets that engines make", () => {
    const made = [
      ["rootless Docker", join(runtime, "docker.sock")],
      ["Docker Desktop", join(home, ".docker/run/docker.sock")],
      ["Docker Desktop", join(home, ".docker/desktop/docker.sock")],
      ["Colima", join(home, ".colima/default/docker.sock")],
      ["Podman", join(runtime, "podman/podman.sock")],
    ] as const;
    expect(find()).toEqual([]);
    for (const [, path] of made) put(path);
    expect(find()).toEqual(made.map(([found, path]) => ({ found, address: `unix://${path}` })));
  });
});
