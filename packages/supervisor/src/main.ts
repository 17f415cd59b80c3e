import { writeSync } from "node:fs";
import { readConfiguration } from "./configuration.ts";
import { superviseSandbox } from "./supervisor.ts";

/** Open in every supervisor: where it says, once, whether the sandbox has started. */
const readyDescriptor = 3;

function say(word: unknown): void {
  try {
    writeSync(readyDescriptor, `${JSON.stringify(word)}\n`);
  } catch {
    // Whoever started us is gone already; the sandbox goes on without it.
  }
}

// Whoever closes the terminal does not end the attempt.
process.on("SIGHUP", () => undefined);
process.on("SIGINT", () => undefined);

const [path = ""] = process.argv.slice(2);
try {
  await superviseSandbox(await readConfiguration(path), () => say({ ready: true }));
  process.exit(0);
} catch (error) {
  say({ ready: false, reason: error instanceof Error ? error.message : String(error) });
  process.exit(1);
}
