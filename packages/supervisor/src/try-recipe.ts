import { spawn } from "node:child_process";
import { closeSync, openSync, readFileSync } from "node:fs";
import type { TreeRecipe } from "./recipe.ts";
import { startFirstProcess, type FirstProcess } from "./tree/first-process.ts";

/** Starts a recipe's first process, runs one command in it, and ends it: null when that works, else what went wrong. */
export async function tryRecipe(recipe: TreeRecipe, logPath: string, argv: readonly string[]): Promise<string | null> {
  const log = openSync(logPath, "a", 0o600);
  let first: FirstProcess | null = null;
  try {
    first = await startFirstProcess(recipe, log, "probe");
    const enter = first.enter.length === 0 ? [] : ["nsenter", ...first.enter, "setsid"];
    return await run([...recipe.limit, ...enter, ...recipe.become.agent, ...argv]);
  } catch (error) {
    const said = readFileSync(logPath, "utf8").trim().slice(-300);
    return said || (error instanceof Error ? error.message : String(error));
  } finally {
    await first?.end();
    first?.close();
    closeSync(log);
  }
}

async function run(argv: readonly string[]): Promise<string | null> {
  const [program = "", ...rest] = argv;
  const child = spawn(program, rest, { stdio: ["ignore", "ignore", "pipe"], cwd: "/" });
  let said = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => (said += text));
  return new Promise((resolve) => {
    child.once("error", (error) => resolve(error.message));
    child.once("close", (code) => resolve(code === 0 ? null : said.trim() || `${program} exited with code ${code}`));
  });
}
