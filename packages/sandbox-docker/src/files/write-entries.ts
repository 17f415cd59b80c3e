import { once, type EventEmitter } from "node:events";
import { relative } from "node:path/posix";
import type { SandboxUser } from "@rebench/core";
import { pack, type Header, type Pack } from "tar-stream";
import { RebenchError } from "@rebench/task-kit";
import type { Engine } from "../engine/connect.ts";
import { layout, users } from "../inside-paths.ts";
import type { FilesDesk } from "./files-desk.ts";
import type { IncomingEntry } from "./host-entries.ts";
import { rootOf } from "./places.ts";

export interface OwnedEntry {
  readonly entry: IncomingEntry;
  readonly owner: SandboxUser;
}

type Entries = AsyncIterable<OwnedEntry>;

/** By the engine, a call for each volume. Only where no agent has been at work, who could have put a link in the way. */
export async function unpackEntries(engine: Engine, container: string, entries: Entries): Promise<void> {
  const archives = new Map<string, { readonly archive: Pack; readonly put: Promise<void> }>();
  const made = new Set<string>(["/home", layout.home, layout.harness, layout.solution, layout.task]);

  function archiveFor(volume: string): Pack {
    const known = archives.get(volume);
    if (known !== undefined) return known.archive;
    const archive = pack();
    const put = engine.archives.put(container, volume, archive);
    // Looked at when all is written.
    put.catch(() => archive.destroy());
    archives.set(volume, { archive, put });
    return archive;
  }

  try {
    for await (const { entry, owner } of entries) {
      const volume = rootOf(entry.path) === layout.task ? layout.task : "/home";
      const archive = archiveFor(volume);
      const { id } = idOf(owner, entry.path);
      const common = { uid: id, gid: id };
      const folders = foldersAbove(entry.path);
      for (const folder of entry.kind === "folder" ? folders : folders.slice(0, -1)) {
        if (made.has(folder) || !folder.startsWith(volume)) continue;
        made.add(folder);
        archive.entry({ ...common, name: `${relative(volume, folder)}/`, type: "directory", mode: 0o755 });
      }
      if (entry.kind === "file") await addFile(archive, { ...common, name: relative(volume, entry.path) }, entry);
    }
    for (const { archive } of archives.values()) archive.finalize();
  } catch (error) {
    for (const { archive } of archives.values()) archive.destroy();
    await Promise.allSettled([...archives.values()].map(({ put }) => put));
    throw error;
  }
  await Promise.all([...archives.values()].map(({ put }) => put));
}

async function addFile(
  archive: Pack,
  header: Partial<Header> & { name: string },
  file: Extract<IncomingEntry, { kind: "file" }>,
): Promise<void> {
  const out = archive.entry({ ...header, type: "file", mode: file.mode, size: file.bytes });
  for await (const chunk of file.content()) {
    if (!out.write(chunk)) await once(out as unknown as EventEmitter, "drain");
  }
  out.end(Buffer.alloc(0));
}

/** Part by part, by the companion, which follows no link that the agent left in the way. */
export async function writeEntries(desk: FilesDesk, entries: Entries): Promise<void> {
  for await (const { entry, owner } of entries) {
    rootOf(entry.path);
    const { id } = idOf(owner, entry.path);
    const common = { path: entry.path, uid: id, gid: id };
    if (entry.kind === "folder") {
      await ask(desk, "folder", { ...common, mode: 0o755 });
      continue;
    }
    let first = true;
    let left = entry.bytes;
    for await (const chunk of entry.content()) {
      left -= chunk.length;
      await ask(desk, "write", { ...common, mode: entry.mode, first, last: left === 0 }, chunk);
      first = false;
    }
    if (first) await ask(desk, "write", { ...common, mode: entry.mode, first, last: true });
  }
}

async function ask(
  desk: FilesDesk,
  method: string,
  values: Readonly<Record<string, unknown>>,
  body?: Uint8Array,
): Promise<void> {
  try {
    await desk.request(method, values, body);
  } catch (error) {
    if (!RebenchError.is(error) || !error.code.startsWith("inside.")) throw error;
    throw new RebenchError({ code: "sandbox.not-a-file", message: error.message, cause: error });
  }
}

/** What the agent is given to read belongs to root. */
function idOf(owner: SandboxUser, path: string): { readonly id: number } {
  return path === layout.task || path.startsWith(`${layout.task}/`) ? users.root : users[owner];
}

/** `/a/b/c` → `/a`, `/a/b`, `/a/b/c`. */
function foldersAbove(path: string): string[] {
  const parts = path.split("/").filter(Boolean);
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join("/")}`);
}
