import { chmodSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";

const verbs = ["score", "score-log", "budget", "submit", "note", "service"];

/** Writes the commands that every sandbox has on its PATH. `node` and `inside` are paths as commands see them. */
export function writeTools(folder: string, node: string, inside: string): void {
  const client = readFileSync(new URL("../inside/tool-client.mjs", import.meta.url), "utf8");
  write(join(folder, "client.mjs"), client, 0o644);
  for (const verb of verbs) {
    write(join(folder, verb), `#!/bin/sh\nexec '${node}' '${inside}/client.mjs' ${verb} "$@"\n`, 0o755);
  }
}

function write(path: string, content: string, mode: number): void {
  writeFileSync(path, content);
  // Not left to the umask.
  chmodSync(path, mode);
}
