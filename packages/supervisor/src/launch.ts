import { spawn } from "node:child_process";
import { closeSync, openSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { extname, join } from "node:path";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { RebenchError } from "@rebench/task-kit";
import { z } from "zod";
import { writeJsonAtomic } from "./atomic-file.ts";
import type { SupervisorConfiguration } from "./configuration.ts";

const readySchema = z.discriminatedUnion("ready", [
  z.object({ ready: z.literal(true) }),
  z.object({ ready: z.literal(false), reason: z.string() }),
]);

export interface LaunchOptions {
  /** Private folder where Node keeps compiled code: a second supervisor starts in half the time. */
  readonly cacheFolder: string;
  /** In front of the supervisor: what everything in the sandbox inherits, such as the CPUs that it may use. */
  readonly prefix: readonly string[];
}

/** Starts a supervisor that outlives us. Resolves when its sandbox takes commands. */
export async function launchSupervisor(configuration: SupervisorConfiguration, options: LaunchOptions): Promise<void> {
  const { directory } = configuration;
  const configurationPath = join(directory, "supervisor.json");
  await writeJsonAtomic(configurationPath, configuration);
  const main = fileURLToPath(new URL(`./main${extname(import.meta.url)}`, import.meta.url));
  const log = openSync(join(directory, "supervisor.log"), "a", 0o600);
  const [program = "", ...rest] = [
    ...options.prefix,
    process.execPath,
    "--max-old-space-size=96",
    "--max-semi-space-size=1",
    "--disable-warning=ExperimentalWarning",
    main,
    configurationPath,
  ];
  const child = spawn(program, rest, {
    detached: true,
    stdio: ["ignore", log, log, "pipe"],
    cwd: "/",
    env: { PATH: process.env["PATH"], NODE_COMPILE_CACHE: options.cacheFolder },
  });
  closeSync(log);
  const failed = new Promise<string>((resolve) => child.once("error", (error) => resolve(error.message)));
  const pipe = child.stdio[3] as Readable;
  const said = await Promise.race([failed, firstLine(pipe)]);
  child.unref();
  pipe.destroy();
  const parsed = readySchema.safeParse(parseJson(said));
  if (parsed.success && parsed.data.ready) return;
  const reason = parsed.success && !parsed.data.ready ? parsed.data.reason : said || "it ended without a word";
  throw new RebenchError({
    code: "sandbox.start-failed",
    message: `The sandbox did not start: ${[reason, await lastWords(directory)].filter(Boolean).join(" ")}`,
    fix: `Read ${join(directory, "supervisor.log")}.`,
  });
}

async function firstLine(stream: Readable): Promise<string> {
  let text = "";
  for await (const chunk of stream.setEncoding("utf8")) {
    text += String(chunk);
    if (text.includes("\n")) break;
  }
  return text.trim();
}

async function lastWords(directory: string): Promise<string> {
  const log = await readFile(join(directory, "supervisor.log"), "utf8").catch(() => "");
  return log.trim().slice(-300);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
