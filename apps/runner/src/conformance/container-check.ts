import { readFile } from "node:fs/promises";
import path from "node:path";
import type { Check, CheckResult } from "./check.ts";

/** A mini tier's image is made of Debian's packages alone, so that it can be built again in ten years. */
const base = /^\s*FROM\s+(?:--\S+\s+)?(?:docker\.io\/(?:library\/)?)?debian[:@]/i;
const fetching = /\b(?:curl|wget|pip3?\s+install|npm\s+(?:install|ci)|git\s+clone|cargo\s+install)\b/;

/** What containers are built from. That it builds is seen when this check runs with an engine: the image is built before anything else. */
export const containerCheck: Check = {
  id: "container",
  async run({ loaded: { tier, packPath } }) {
    if (tier.container === undefined || tier.name === "full") return [];
    const contexts = [...new Set([tier.container.workspace, tier.container.scoring ?? tier.container.workspace])];
    return Promise.all(contexts.map((context) => judge(context, packPath(context))));
  },
};

async function judge(context: string, folder: string): Promise<CheckResult> {
  const id = `container.${context}`;
  const fix =
    "FROM debian:bookworm-slim, then `apt-get install` what the task needs; put anything else into the build context";
  const lines = (await readFile(path.join(folder, "Dockerfile"), "utf8")).split("\n");
  const code = lines.filter((line) => !line.trimStart().startsWith("#"));
  const stages = new Set(
    code.map((line) => /^\s*FROM\s.*\sAS\s+(\S+)/i.exec(line)?.[1]).filter((name) => name !== undefined),
  );
  const other = code.find(
    (line) => /^\s*FROM\s/i.test(line) && !base.test(line) && !stages.has(/^\s*FROM\s+(\S+)/i.exec(line)?.[1] ?? ""),
  );
  const fetched = code.find((line) => fetching.test(line));
  const problem = other ?? fetched;
  const message =
    problem === undefined
      ? "Debian and its packages alone"
      : `a mini image is built from Debian alone: ${problem.trim()}`;
  return { id, ok: problem === undefined, message, fix };
}
