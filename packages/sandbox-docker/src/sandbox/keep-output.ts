import { createWriteStream } from "node:fs";
import { mkdir } from "node:fs/promises";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import type { Engine } from "../engine/connect.ts";
import { stateFolder } from "../inside-paths.ts";

/** Only what the supervisor names: `commands/0001/stdout` and its like. */
const ours = /^commands\/\d{4,}\/(?:stdin|stdout|stderr|exit\.json)$/;

/** Brings what commands printed to the host before their container goes, to where the local sandbox keeps it. */
export async function keepOutput(engine: Engine, container: string, directory: string): Promise<void> {
  await engine.archives.eachFile(container, `${stateFolder}/commands`, async (name, content) => {
    if (!ours.test(name)) return;
    const path = join(directory, name);
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    await pipeline(content, createWriteStream(path, { mode: 0o600 }));
  });
}
