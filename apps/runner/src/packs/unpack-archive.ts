import { mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { RebenchError } from "@rebench/task-kit";
import { Uint8ArrayReader, Uint8ArrayWriter, ZipReader, configure } from "@zip.js/zip.js";

/** Bytes of all files together; a solution is text. */
const largestTotal = 64 * 2 ** 20;

/** Unpacks a password-protected zip archive into an empty folder. Errors with code `pack.bad-archive`. */
export async function unpackArchive(file: string, password: string, folder: string): Promise<void> {
  // Workers would need their code as a file or a URL of its own; a few small files need none.
  configure({ useWebWorkers: false });
  try {
    const reader = new ZipReader(new Uint8ArrayReader(await readFile(file)), { password });
    let left = largestTotal;
    for (const entry of await reader.getEntries()) {
      const target = path.resolve(folder, entry.filename);
      if (path.relative(folder, target).startsWith("..")) throw bad(file, `${entry.filename} leaves it`);
      if (entry.directory) continue;
      left -= entry.uncompressedSize;
      if (left < 0) throw bad(file, `it holds more than ${largestTotal} bytes`);
      await mkdir(path.dirname(target), { recursive: true, mode: 0o700 });
      await writeFile(target, await entry.getData(new Uint8ArrayWriter()), { mode: 0o600, flag: "wx" });
    }
    await reader.close();
  } catch (error) {
    throw RebenchError.is(error) ? error : bad(file, (error as Error).message, error);
  }
}

function bad(file: string, reason: string, cause?: unknown): RebenchError {
  return new RebenchError({
    code: "pack.bad-archive",
    message: `${file} cannot be unpacked: ${reason}`,
    fix: "restore the pack, or correct the password that its tier declares",
    ...(cause === undefined ? {} : { cause }),
  });
}
