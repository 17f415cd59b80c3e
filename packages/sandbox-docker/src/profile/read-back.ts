import type { SandboxResources } from "@rebench/core";
import type Docker from "dockerode";
import { volumes } from "../inside-paths.ts";
import { hardenedProfile } from "./host-config.ts";

/** One setting of the profile, as the engine reports it for a real container. */
export interface ProfilePoint {
  readonly name: string;
  readonly holds: boolean;
  readonly found: string;
}

/** Compares what an engine says of a container with the profile: an engine may ignore what it does not know. */
export function readBackProfile(container: Docker.ContainerInspectInfo, resources: SandboxResources): ProfilePoint[] {
  const host = container.HostConfig;
  const wanted = hardenedProfile(resources);
  const point = (name: string, found: unknown, holds: boolean): ProfilePoint => ({
    name,
    holds,
    found: typeof found === "string" ? found : JSON.stringify(found ?? null),
  });
  const same = (name: string, found: unknown, expected: unknown): ProfilePoint =>
    point(name, found, JSON.stringify(found) === JSON.stringify(expected));
  const mounted = container.Mounts.map(({ Destination }) => Destination).toSorted();
  const security: readonly string[] = host.SecurityOpt ?? [];
  const ulimits = Object.fromEntries((host.Ulimits ?? []).map(({ Name, Hard }) => [Name, Hard]));
  const networks = Object.keys(container.NetworkSettings.Networks);
  return [
    point("network", networks, host.NetworkMode === "none" && networks.every((name) => name === "none")),
    point("capabilities", host.CapAdd ?? [], same("", host.CapDrop, ["ALL"]).holds && (host.CapAdd ?? []).length === 0),
    point(
      "privileges",
      security,
      security.some((option) => /^no-new-privileges(?::true)?$/.test(option)),
    ),
    point("confinement", security, !security.some((option) => option.includes("unconfined"))),
    same("privileged", host.Privileged, false),
    same("read-only root", host.ReadonlyRootfs, true),
    same("processes", host.PidsLimit, wanted.PidsLimit),
    same("memory", host.Memory, wanted.Memory),
    same("swap", host.MemorySwap, wanted.MemorySwap),
    same("CPUs", host.NanoCpus, wanted.NanoCpus),
    same("file size", ulimits["fsize"], wanted.Ulimits?.[0]?.Hard),
    same("shared memory", host.ShmSize, wanted.ShmSize),
    point("namespaces", [host.IpcMode, host.PidMode], host.IpcMode === "private" && (host.PidMode ?? "") === ""),
    point("host files", host.Binds ?? [], (host.Binds ?? []).length === 0),
    point(
      "mounts",
      mounted,
      JSON.stringify(mounted) === JSON.stringify([...volumes].toSorted()) &&
        container.Mounts.every(({ Type }) => Type === "volume"),
    ),
    point("devices", host.Devices ?? [], (host.Devices ?? []).length === 0),
  ];
}
