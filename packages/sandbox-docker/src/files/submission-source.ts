import type { NotTaken, SourceFile, SourceFolder, SubmissionSource } from "@rebench/supervisor";
import { RebenchError } from "@rebench/task-kit";
import { z } from "zod";
import type { Reply } from "../control/message-client.ts";
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
  const stat = async (path: string): Promise<z.infer<typeof statSchema> | NotTaken> => {
    const reply = await taken(desk.request("stat", { path }));
    return typeof reply === "string" ? reply : statSchema.parse(reply.header);
  };

  async function openFolder(path: string): Promise<SourceFolder | NotTaken> {
    const found = await stat(path);
    if (typeof found === "string") return found;
    if (found.type !== "folder") return "refused";
    return {
      list: async (limit) => {
        const reply = await taken(desk.request("list", { path, limit }));
        if (typeof reply === "string") return reply;
        const { entries } = listSchema.parse(reply.header);
        return entries.map(({ name, type }) => ({ name, isFolder: type === "folder" }));
      },
      openFolder: (name) => openFolder(`${path}/${name}`),
      openFile: (name) => openFile(`${path}/${name}`),
      close: () => undefined,
    };
  }

  async function openFile(path: string): Promise<SourceFile | NotTaken> {
    const found = await stat(path);
    if (typeof found === "string") return found;
    if (found.type === "link") return "refused";
    return {
      isRegular: found.type === "file",
      isExecutable: (found.mode & 0o100) !== 0,
      links: found.links,
      bytes: found.bytes,
      read: async (offset, max) => {
        const reply = await taken(desk.request("read", { path, offset, max }));
        // Another file by now: as if this one had ended, which its reader takes for a change.
        if (typeof reply === "string" || readReplySchema.parse(reply.header).inode !== found.inode) {
          return Buffer.alloc(0);
        }
        return reply.body;
      },
      close: () => undefined,
    };
  }

  return { enter: (parts) => openFolder([layout.solution, ...parts].join("/")) };
}

async function taken(work: Promise<Reply>): Promise<Reply | NotTaken> {
  try {
    return await work;
  } catch (error) {
    if (!RebenchError.is(error)) throw error;
    if (error.code === "inside.missing") return "missing";
    if (error.code === "inside.not-folder" || error.code === "inside.not-file") return "refused";
    throw error;
  }
}
