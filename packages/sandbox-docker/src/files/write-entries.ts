import { once, type EventEmitter } from "node:events";
import type { SandboxUser } from "@rebench/core";
import { pack } from "tar-stream";
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

/** One call, by the engine. Only where no agent has been at work, who could have put a link in the way. */
export async function unpackEntries(engine: Engine, container: string, entries: Entries): Promise<void> {
  const archive = pack();
  const made = new Set<string>(["", ...[layout.home, layout.harness, layout.task].flatMap(foldersAbove)]);
  const filling = (async () => {
    for await (const { entry, owner } of entries) {
      const { id: uid } = idOf(owner, entry.path);
      rootOf(entry.path);
      const isFolder = entry.kind === "folder";
      for (const folder of foldersAbove(entry.path).slice(0, isFolder ? undefined : -1)) {
        if (made.has(folder)) continue;
        made.add(folder);
        archive.entry({ name: `${folder.slice(1)}/`, type: "directory", mode: 0o755, uid, gid: uid });
      }
      if (isFolder) continue;
      const { mode, bytes: size } = entry;
      const out = archive.entry({ name: entry.path.slice(1), type: "file", mode, uid, gid: uid, size });
      for await (const chunk of entry.content())
        if (!out.write(chunk)) await once(out as unknown as EventEmitter, "drain");
      out.end(Buffer.alloc(0));
    }
    archive.finalize();
  })();
  filling.catch((error: unknown) => archive.destroy(error as Error));
  // The cause of a broken archive is what broke it.
  await engine.archives.put(container, "/", archive).catch(async (error: unknown) => {
    await filling;
    throw error;
  });
  await filling;
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
