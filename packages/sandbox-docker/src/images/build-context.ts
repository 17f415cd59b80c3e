import { createHash } from "node:crypto";
import { existsSync, lstatSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { RebenchError } from "@rebench/task-kit";
import { pack, type Pack } from "tar-stream";
import { labels } from "../labels.ts";

/** Everything that an image is built from, in memory. */
export interface BuildContext {
  /** 32 hex digits over the whole content: the same digest means the same image. */
  readonly digest: string;
  /** The parts of its text that name a base image. */
  readonly bases: readonly string[];
  archive(): Pack;
}

interface ContextFile {
  readonly path: string;
  readonly content: Buffer;
  readonly executable: boolean;
}

/** What a sandbox without an image of its own is made from. */
const plainDockerfile = `FROM debian:bookworm-slim
RUN apt-get update && apt-get install -y --no-install-recommends gcc libc6-dev python3 && rm -rf /var/lib/apt/lists/*
`;

const ourFolder = ".rebench/";
export const scopeArgument = "REBENCH_SCOPE";
export const dockerfilePath = `${ourFolder}Dockerfile`;
const insideFolder = new URL("../../inside/", import.meta.url).pathname;
const largestContextBytes = 256 * 2 ** 20;

/** Puts our stages around a pack's Dockerfile. Errors with `pack.no-dockerfile`, `pack.context-link` or `pack.context-too-large`. */
export function buildContext(folder: string | null): BuildContext {
  // A folder of the pack's that has our name would be compiled into our program.
  const given = folder === null ? [] : filesBelow(folder).filter(({ path }) => !path.startsWith(ourFolder));
  const dockerfile = folder === null ? plainDockerfile : textOf(given, folder);
  const inside = filesBelow(insideFolder).filter(({ path }) => /\.(?:c|h)$|^Makefile$/.test(path));
  const whole = [
    readFileSync(join(insideFolder, "builder.dockerfile"), "utf8"),
    // An argument, so that the content does not depend on whose image it is.
    `ARG ${scopeArgument}\nLABEL ${labels.image}=builder ${labels.scope}=$${scopeArgument}\n`,
    dockerfile,
    readFileSync(join(insideFolder, "final.dockerfile"), "utf8"),
  ].join("\n");
  const files: ContextFile[] = [
    ...given,
    ...inside.map((file) => ({ ...file, path: `${ourFolder}inside/${file.path}` })),
    { path: dockerfilePath, content: Buffer.from(whole), executable: false },
  ];
  return {
    digest: digestOf(files),
    bases: [...whole.matchAll(/^FROM\s+(?:--\S+\s+)*(\S+)/gim)].map(([, name = ""]) => name),
    archive: () => archiveOf(files),
  };
}

function textOf(files: readonly ContextFile[], folder: string): string {
  const found = files.find(({ path }) => path === "Dockerfile");
  if (found !== undefined) return found.content.toString("utf8");
  throw new RebenchError({
    code: "pack.no-dockerfile",
    message: `${folder} has no Dockerfile`,
    fix: "name a folder with a Dockerfile in the tier's `container`",
  });
}

function filesBelow(root: string, folder = "", sum = { bytes: 0 }): ContextFile[] {
  if (!existsSync(join(root, folder))) return [];
  const found: ContextFile[] = [];
  for (const item of readdirSync(join(root, folder), { withFileTypes: true }).toSorted(byName)) {
    const path = folder === "" ? item.name : `${folder}/${item.name}`;
    const full = join(root, path);
    if (item.isDirectory()) found.push(...filesBelow(root, path, sum));
    else if (item.isFile()) {
      const { size, mode } = lstatSync(full);
      sum.bytes += size;
      if (sum.bytes > largestContextBytes) {
        const message = `the build context ${root} is larger than ${largestContextBytes / 2 ** 20} MB`;
        throw new RebenchError({ code: "pack.context-too-large", message, fix: "fetch large data as assets" });
      }
      found.push({ path, content: readFileSync(full), executable: (mode & 0o100) !== 0 });
    } else {
      const message = `${full} is neither a regular file nor a folder`;
      throw new RebenchError({ code: "pack.context-link", message, fix: "replace it by a copy" });
    }
  }
  return found;
}

function byName(one: { readonly name: string }, other: { readonly name: string }): number {
  return one.name < other.name ? -1 : 1;
}

function digestOf(files: readonly ContextFile[]): string {
  const hash = createHash("sha256");
  for (const { path, content, executable } of files) {
    hash.update(`${path}\0${executable ? "x" : "-"}\0${content.length}\0`).update(content);
  }
  return hash.digest("hex").slice(0, 32);
}

// Without times: the engine's build cache compares content alone.
function archiveOf(files: readonly ContextFile[]): Pack {
  const archive = pack();
  for (const { path, content, executable } of files) {
    archive.entry({ name: path, mode: executable ? 0o755 : 0o644, mtime: new Date(0) }, content);
  }
  archive.finalize();
  return archive;
}
