import type { Readable } from "node:stream";
import type Docker from "dockerode";
import { extract, type Pack } from "tar-stream";
import { orNull } from "./answers.ts";

/** Files by way of the engine, which reaches them whether the container runs, is paused or is over. */
export interface Archives {
  /** Unpacks below an existing folder. Only where nothing of an agent can have put a link in the way. */
  put(container: string, folder: string, archive: Pack): Promise<void>;
  /** One small regular file of ours; null where there is none. */
  readFile(container: string, path: string, maxBytes: number): Promise<Buffer | null>;
  /** Regular files of a folder of ours, one after the other, with their names from the folder's own on; none where it is missing. */
  eachFile(container: string, folder: string, use: (name: string, content: Readable) => Promise<void>): Promise<void>;
}

export function createArchives(docker: Docker): Archives {
  return {
    put: async (container, folder, archive) => {
      // The client's stream type is of another library than this one's.
      const stream = archive as unknown as NodeJS.ReadableStream;
      await docker.getContainer(container).putArchive(stream, { path: folder });
    },
    readFile: async (container, path, maxBytes) => {
      const archive = await orNull(docker.getContainer(container).getArchive({ path }));
      return archive === null ? null : firstFile(archive as Readable, maxBytes);
    },
    eachFile: async (container, folder, use) => {
      const archive = await orNull(docker.getContainer(container).getArchive({ path: folder }));
      if (archive === null) return;
      try {
        for await (const entry of (archive as Readable).pipe(extract())) {
          if (entry.header.type === "file") await use(entry.header.name, entry as unknown as Readable);
          entry.resume();
        }
      } finally {
        (archive as Readable).destroy();
      }
    },
  };
}

async function firstFile(archive: Readable, maxBytes: number): Promise<Buffer | null> {
  const unpacked = archive.pipe(extract());
  try {
    for await (const entry of unpacked) {
      if (entry.header.type !== "file" || (entry.header.size ?? 0) > maxBytes) return null;
      const chunks: Buffer[] = [];
      for await (const chunk of entry) chunks.push(chunk as Buffer);
      return Buffer.concat(chunks);
    }
    return null;
  } finally {
    archive.destroy();
  }
}
