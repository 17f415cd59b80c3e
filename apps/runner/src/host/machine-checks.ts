import { existsSync } from "node:fs";
import { statfs } from "node:fs/promises";
import os from "node:os";
import type { HomeLayout } from "@rebench/core/home";
import { checkEngine } from "./engine-checks.ts";
import { findTool } from "./tools.ts";

/** One line of `rebench doctor`. `warn` is worth knowing, `missing` keeps attempts from running. */
export interface MachineCheck {
  readonly id: string;
  readonly name: string;
  readonly status: "ok" | "warn" | "missing";
  readonly found: string;
  readonly fix?: string;
}

const oldestNode = 24;
const gigabyte = 1e9;
const enoughDisk = 2 * gigabyte;
const debian = os.platform() === "linux";

export async function checkMachine(home: HomeLayout): Promise<MachineCheck[]> {
  return [
    nodeCheck(),
    machineCheck(),
    compilerCheck(),
    pythonCheck(),
    await diskCheck(home),
    ...(await checkEngine()),
    gpuCheck(),
  ];
}

function nodeCheck(): MachineCheck {
  const major = Number(process.versions.node.split(".")[0]);
  const found = `v${process.versions.node}`;
  if (major >= oldestNode) return { id: "node", name: "Node", status: "ok", found };
  return {
    id: "node",
    name: "Node",
    status: "missing",
    found,
    fix: `./rebench brings Node ${oldestNode} from npm; or install it`,
  };
}

function machineCheck(): MachineCheck {
  const cpus = os.availableParallelism();
  const found = `${cpus} CPUs, ${(os.totalmem() / gigabyte).toFixed(1)} GB memory, ${os.platform()} ${os.arch()}`;
  return cpus >= 2
    ? { id: "machine", name: "machine", status: "ok", found }
    : { id: "machine", name: "machine", status: "warn", found, fix: "mini tiers are made for two CPUs" };
}

function compilerCheck(): MachineCheck {
  const cc = findTool("cc");
  if (cc !== null) return { id: "cc", name: "C compiler", status: "ok", found: cc };
  return {
    id: "cc",
    name: "C compiler",
    status: "missing",
    found: "no cc",
    fix: debian ? "apt-get install build-essential" : "xcode-select --install",
  };
}

function pythonCheck(): MachineCheck {
  const python = findTool("python3");
  if (python !== null) return { id: "python", name: "Python", status: "ok", found: python };
  return {
    id: "python",
    name: "Python",
    status: "warn",
    found: "no python3; packs with a Python scorer need it",
    fix: debian ? "apt-get install python3" : "xcode-select --install",
  };
}

async function diskCheck(home: HomeLayout): Promise<MachineCheck> {
  const { bavail, bsize } = await statfs(home.root);
  const free = bavail * bsize;
  const found = `${(free / gigabyte).toFixed(1)} GB free at ${home.root}`;
  return free >= enoughDisk
    ? { id: "disk", name: "disk", status: "ok", found }
    : { id: "disk", name: "disk", status: "warn", found, fix: "free some space, or choose another place with --home" };
}

function gpuCheck(): MachineCheck {
  const nvidia = existsSync("/dev/nvidia0");
  return {
    id: "gpu",
    name: "GPU",
    status: nvidia ? "ok" : "warn",
    found: nvidia ? "/dev/nvidia0" : "none; mini tiers need none",
  };
}
