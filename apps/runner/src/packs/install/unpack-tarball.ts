import { createReadStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { extract, Parser, type ReadEntry } from "tar";
import { malformedPack, type PackProblem } from "../pack-problem.ts";
import { tooLarge } from "./fetch-pack.ts";
import { packLimits, type PackLimits } from "./limits.ts";

const kept = new Set(["File", "OldFile", "ContiguousFile", "Directory", "GNUDumpDir"]);
const most = 20;

export interface UnpackOptions {
  readonly tarball: string;
  /** Made by this; must not exist. */
  readonly folder: string;
  /** What people call the pack. */
  readonly name: string;
  readonly limits?: PackLimits;
}

/**
 * Unpacks a package's tarball, once every entry was judged: files and folders below its one top folder, nothing else. Errors with code
 * `pack.malformed` or `pack.too-large`; nothing was written then.
 */
export async function unpackTarball({ tarball, folder, name, limits = packLimits }: UnpackOptions): Promise<void> {
  const problems = await judgeEntries(tarball, limits);
  if (problems.length > 0) throw malformedPack(name, problems.slice(0, most));
  await mkdir(folder, { mode: 0o755 });
  await extract({
    file: tarball,
    cwd: folder,
    strip: 1,
    strict: true,
    preserveOwner: false,
    noMtime: true,
    onReadEntry(entry) {
      entry.mode = entry.type === "Directory" || ((entry.mode ?? 0) & 0o111) !== 0 ? 0o755 : 0o644;
    },
  });
}

async function judgeEntries(tarball: string, limits: PackLimits): Promise<readonly PackProblem[]> {
  const problems: PackProblem[] = [];
  let bytes = 0;
  let files = 0;
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  const source = createReadStream(tarball);
  const parser = new Parser({
    strict: true,
    onReadEntry(entry) {
      problems.push(...judgeEntry(entry));
      bytes += entry.size;
      files += 1;
      entry.resume();
      // Said by the headers, before anything so large was unpacked.
      if (bytes > limits.unpackedBytes) reject(tooLarge(`it unpacks to more than ${limits.unpackedBytes} bytes`));
      if (files > limits.files) reject(tooLarge(`it holds more than ${limits.files} files`));
    },
  });
  parser.on("end", resolve);
  parser.on("error", reject);
  source.on("error", reject);
  source.pipe(parser);
  try {
    await promise;
  } catch (error) {
    if ((error as { code?: unknown }).code === "pack.too-large") throw error;
    const reason = `its tarball cannot be read: ${(error as Error).message}`;
    return [{ code: "pack.bad-archive", reason, fix: "pack it again with `npm pack`" }];
  } finally {
    source.destroy();
  }
  return problems;
}

function judgeEntry({ type, path }: ReadEntry): PackProblem[] {
  const name = JSON.stringify(path);
  const fix = "do not use this tarball; `npm pack` makes none like it";
  if (!kept.has(type)) return [{ code: "pack.unsafe-entry", reason: `${name} is a ${type}, not a file`, fix }];
  const parts = path.split("/");
  const leaves = path.startsWith("/") || path.includes("\\") || /^[A-Za-z]:/.test(path) || parts.includes("..");
  if (leaves || path.includes("\0")) return [{ code: "pack.unsafe-entry", reason: `${name} leaves the pack`, fix }];
  return [];
}
