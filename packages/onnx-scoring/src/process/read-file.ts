import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { refuse } from "../refusal.ts";

/** Reads a regular file; anything else could block or never end. */
export async function readBounded(file: string, maxBytes: number): Promise<Uint8Array> {
  const handle = await open(file, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const about = await handle.stat();
    if (!about.isFile()) return refuse("file-kind", "this is no regular file");
    if (about.size > maxBytes) refuse("file-too-large", `the file has ${about.size} bytes; ${maxBytes} are allowed`);
    const bytes = new Uint8Array(about.size);
    let filled = 0;
    while (filled < bytes.length) {
      const { bytesRead } = await handle.read(bytes, filled, bytes.length - filled, filled);
      if (bytesRead === 0) break;
      filled += bytesRead;
    }
    return bytes.subarray(0, filled);
  } finally {
    await handle.close();
  }
}
