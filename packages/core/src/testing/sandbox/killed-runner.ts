import { spawn } from "node:child_process";
import { once } from "node:events";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import type { SandboxReference } from "../../ports/sandbox.ts";
import type { ChildOrder } from "./runner-child.ts";

export interface Orphan {
  readonly reference: SandboxReference;
  readonly execution: string;
  readonly at: number | null;
}

/** A sandbox whose runner was killed, as by a power cut to the runner alone. */
export async function leaveOrphan(order: ChildOrder): Promise<Orphan> {
  const module = new URL(`./runner-child${extname(import.meta.url)}`, import.meta.url);
  const child = spawn(process.execPath, [fileURLToPath(module), JSON.stringify(order)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  let said = "";
  for await (const chunk of child.stdout.setEncoding("utf8")) {
    said += String(chunk);
    if (said.includes("\n")) break;
  }
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
  return JSON.parse(said) as Orphan;
}
