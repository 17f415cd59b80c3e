import type { LoadedTask } from "@rebench/core";
import type { SubmissionEntry } from "@rebench/task-kit";
import { openLocation } from "../packs/location.ts";
import type { Check, CheckContext, CheckResult } from "./check.ts";
import { filesBelow } from "./pack-files.ts";

/** The instructions name every file and limit of the contract and the unit, carry the canary, and give away no solution. */
export const instructionsCheck: Check = {
  id: "instructions",
  async run(context) {
    return [namesContract(context), await keepsSolution(context.loaded)];
  },
};

function namesContract({ loaded, canary }: CheckContext): CheckResult {
  const { task, tier, instructions } = loaded;
  const missing = [
    ...task.submission.entries.flatMap((entry) => missingOf(entry, instructions)),
    ...(mentionsUnit(task.score.unit, instructions) ? [] : [`the score's unit, ${task.score.unit}`]),
    ...(instructions.includes(canary) ? [] : ["the canary"]),
  ];
  const ok = missing.length === 0;
  const message = ok
    ? "name every file, limit and unit of the contract and carry the canary"
    : `do not mention ${missing.join(", ")}`;
  return {
    id: "instructions",
    ok,
    message,
    fix: `say so in ${tier.instructions}: the agent has nothing else to go by`,
  };
}

function missingOf({ path, maxBytes }: SubmissionEntry, instructions: string): string[] {
  const limits = [
    `${maxBytes}`,
    maxBytes.toLocaleString("en-US"),
    ...[1024, 1000].map((unit) => `${maxBytes / unit} K`),
    ...[2 ** 20, 10 ** 6].map((unit) => `${maxBytes / unit} M`),
    ...[2 ** 30, 10 ** 9].map((unit) => `${maxBytes / unit} G`),
  ];
  const text = instructions.toLowerCase();
  return [
    ...(instructions.includes(path) ? [] : [path]),
    ...(limits.some((limit) => text.includes(limit.toLowerCase()))
      ? []
      : [`the limit of ${maxBytes} bytes of ${path}`]),
  ];
}

/** `ln(ns/element)` may be spelt out as long as its words are there. */
function mentionsUnit(unit: string, instructions: string): boolean {
  const words = unit.toLowerCase().match(/[a-z]{3,}/g) ?? [];
  return words.every((word) => instructions.toLowerCase().includes(word));
}

/** A line of the reference as long as this, and not in the starting files, is no coincidence; a short file counts as a whole. */
const tellingLine = 20;
const tellingFile = 4;

async function keepsSolution({ tier, instructions, packPath }: LoadedTask): Promise<CheckResult> {
  await using reference = await openLocation(tier.reference, packPath);
  const text = (content: Buffer): string => content.toString("utf8");
  const start = (await filesBelow(packPath(tier.start))).map(({ content }) => text(content)).join("\n");
  const given = (await filesBelow(reference.folder))
    .flatMap(({ content }) => [
      ...text(content)
        .split("\n")
        .map((line) => line.trim())
        .filter(({ length }) => length >= tellingLine),
      ...[text(content).trim()].filter(({ length }) => length >= tellingFile),
    ])
    .find((passage) => instructions.includes(passage) && !start.includes(passage));
  const message =
    given === undefined ? "give away no line of the reference" : `give away a line of the reference: ${given}`;
  return { id: "instructions.solution", ok: given === undefined, message, fix: `take it out of ${tier.instructions}` };
}
