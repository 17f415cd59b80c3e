import { existsSync, lstatSync, readlinkSync, realpathSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { SandboxFolders } from "../folders.ts";
import { insideLayout, insideNode } from "./inside-paths.ts";

/** One step in building a sandbox's root, in order. */
export type MountStep =
  | { readonly kind: "read-only"; readonly from: string; readonly to: string; readonly isFile: boolean }
  | { readonly kind: "writable"; readonly from: string; readonly to: string }
  | { readonly kind: "link"; readonly target: string; readonly to: string }
  | { readonly kind: "folder"; readonly to: string }
  /** An empty file system that nobody inside can read, over a folder that comes with a larger one. */
  | { readonly kind: "hide"; readonly to: string }
  | { readonly kind: "memory"; readonly to: string; readonly bytes: number };

export interface MountPlanOptions {
  readonly folders: SandboxFolders;
  readonly node: string;
  readonly memoryBytes: number;
  /** Further host folders to read: toolchains that live outside `/usr`. */
  readonly readablePaths: readonly string[];
  readonly protectedPaths: readonly string[];
}

const systemFolders = ["/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32", "/nix/store", "/gnu/store"];

/** Of `/etc` only what programs need to start: no keys, no names of the host's people. */
const systemConfiguration = [
  "/etc/ld.so.cache",
  "/etc/ld.so.conf",
  "/etc/ld.so.conf.d",
  "/etc/alternatives",
  "/etc/ssl/certs",
  "/etc/ssl/openssl.cnf",
  "/etc/ca-certificates",
  "/etc/pki/tls/certs",
  "/etc/pki/ca-trust",
  "/etc/crypto-policies",
  "/etc/OpenCL",
  "/etc/localtime",
  "/etc/mime.types",
  "/etc/fonts",
];

/** The allow-list: what is not named here does not exist inside. Never `/`, a home or a checkout. */
export function planMounts(options: MountPlanOptions): MountStep[] {
  const { folders } = options;
  const readable = [...systemFolders, ...systemConfiguration, ...options.readablePaths].filter((path) =>
    existsSync(path),
  );
  const steps: MountStep[] = ["/home", "/opt", "/opt/rebench", "/run", "/var"].map(folder);
  for (const parent of parentFolders([...readable, "/etc/passwd"])) steps.push(folder(parent));
  for (const path of readable) {
    const isLink = lstatSync(path).isSymbolicLink();
    const staysReadable = isLink && readable.some((root) => isWithin(realpathSync(path), root) && root !== path);
    if (staysReadable) steps.push({ kind: "link", target: readlinkSync(path), to: path });
    else steps.push(readOnly(realpathSync(path), path, statSync(path).isFile()));
  }
  for (const path of hiddenPaths(options.protectedPaths, readable)) steps.push({ kind: "hide", to: path });
  for (const name of ["passwd", "group", "hosts", "nsswitch.conf"]) {
    steps.push(readOnly(`${folders.etc}/${name}`, `/etc/${name}`, true));
  }
  steps.push(
    readOnly(options.node, insideNode, true),
    readOnly(folders.task, insideLayout.task),
    readOnly(folders.tools, insideLayout.tools),
    readOnly(folders.run, dirname(insideLayout.socket)),
    { kind: "writable", from: folders.home, to: insideLayout.home },
    { kind: "writable", from: folders.harness, to: insideLayout.harness },
    { kind: "writable", from: folders.tmp, to: "/tmp" },
    { kind: "link", target: "/tmp", to: "/var/tmp" },
    { kind: "memory", to: insideLayout.sharedMemory, bytes: options.memoryBytes },
  );
  return steps;
}

/** Protected folders that an allowed one would bring along, such as packs installed below `/usr/lib/node_modules`. */
function hiddenPaths(protectedPaths: readonly string[], readable: readonly string[]): string[] {
  return protectedPaths
    .filter((path) => existsSync(path))
    .map((path) => realpathSync(path))
    .filter((path) => readable.some((root) => path !== root && isWithin(path, realpathSync(root))));
}

export function isWithin(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith("/") ? root : `${root}/`);
}

function parentFolders(paths: readonly string[]): string[] {
  const parents = new Set<string>();
  for (const path of paths) {
    for (let parent = dirname(path); parent !== "/"; parent = dirname(parent)) {
      if (!paths.some((other) => isWithin(parent, other))) parents.add(parent);
    }
  }
  return [...parents].toSorted();
}

function readOnly(from: string, to: string, isFile = false): MountStep {
  return { kind: "read-only", from, to, isFile };
}

function folder(to: string): MountStep {
  return { kind: "folder", to };
}

/** Device nodes that every program may expect, and the links that go with them. */
export const devices = ["null", "zero", "full", "random", "urandom", "tty"];
export const deviceLinks: ReadonlyArray<readonly [string, string]> = [
  ["/proc/self/fd", "fd"],
  ["/proc/self/fd/0", "stdin"],
  ["/proc/self/fd/1", "stdout"],
  ["/proc/self/fd/2", "stderr"],
];
