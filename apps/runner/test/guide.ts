import { readFile } from "node:fs/promises";
import path from "node:path";
import { checkout } from "./cli.ts";

/** A shell block of the guide, and the lines that it promises to print. */
export interface GuideStep {
  /** Of the heading above it. */
  readonly section: string;
  readonly script: string;
  readonly promised: readonly string[];
}

/** The author's guide as what a reader types and sees. Blocks marked `sh` are typed; a block without a mark is what the one before prints. */
export async function readGuide(): Promise<readonly GuideStep[]> {
  const text = await readFile(path.join(checkout, "docs/pack-author-guide.md"), "utf8");
  const steps: { section: string; script: string; promised: string[] }[] = [];
  let section = "";
  for (const [block, heading, mark = "", body = ""] of text.matchAll(/^## (.*)$|^```(\w*)\n([\s\S]*?)^```$/gm)) {
    if (heading !== undefined) section = heading;
    else if (mark === "sh") steps.push({ section, script: body, promised: [] });
    else if (mark === "") steps.at(-1)?.promised.push(...promises(body));
    else throw new Error(`a block that is neither typed nor printed: ${block}`);
  }
  return steps;
}

const promises = (body: string): string[] =>
  body
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && line !== "…");
