import type { SourceFile, SourceFolder, SubmissionSource } from "@rebench/supervisor";
import { RebenchError } from "@rebench/task-kit";
import { z } from "zod";
import { layout } from "../inside-paths.ts";
import type { FilesDesk } from "./files-desk.ts";
import { readReplySchema } from "./read-file.ts";

const statSchema = z.object({
  type: z.enum(["file", "folder", "link", "pipe", "socket", "device"]),
  bytes: z.number(),
  mode: z.number(),
  links: z.number(),
  inode: z.number(),
});

const listSchema = z.object({
  entries: z.array(z.object({ name: z.string().nullable(), type: z.string() })),
});

/** The solution folder, by way of the companion: every look enters it anew from its top, and follows no link. */
export function submissionSource(desk: FilesDesk): SubmissionSource {
  const stat = async (path: string) => {
    const reply = await orMissing(desk.request("stat", { path }));
    return reply === null ? null : statSchema.parse(reply.header);
  };

  async function openFolder(path: string): Promise<SourceFolder | null> {
    const found = await stat(path);
    if (found === null) return null;
    if (found.type !== "folder") throw new Error(`${path} is no folder.`);
    return {
      list: async (limit) => {
        const reply = await desk.request("list", { path, limit });
        const { entries } = listSchema.parse(reply.header);
        return entries.map(({ name, type }) => ({ name, isFolder: type === "folder" }));
      },
      openFolder: (name) => openFolder(`${path}/${name}`),
      openFile: (name) => openFile(`${path}/${name}`),
      close: () => undefined,
    };
  }

  async function openFile(path: string): Promise<SourceFile | null> {
    const found = await stat(path);
    if (found === null) return null;
    if (found.type === "link") throw new Error(`${path} is a link.`);
    return {
      isRegular: found.type === "file",
      isExecutable: (found.mode & 0o100) !== 0,
      links: found.links,
      bytes: found.bytes,
      read: async (offset, max) => {
        const reply = await orMissing(desk.request("read", { path, offset, max }));
        // Another file by now: as if this one had ended, which its reader takes for a change.
        if (reply === null || readReplySchema.parse(reply.header).inode !== found.inode) return Buffer.alloc(0);
        return reply.body;
      },
      close: () => undefined,
    };
  }

  return { enter: (parts) => openFolder([layout.solution, ...parts].join("/")) };
}

async function orMissing<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (RebenchError.is(error) && error.code === "inside.missing") return null;
    throw error;
  }
}
