import { readFile } from "node:fs/promises";
import path from "node:path";
import { expect, test } from "vitest";
import { operators } from "./operators.ts";

const root = path.join(import.meta.dirname, "../..");
const capitalised = (text: string): string[] => text.match(/\b[A-Z][A-Za-z]+\b/g) ?? [];

test.each(["mini", "full"])("%s: scorer, agent's lister and instructions allow the same operators", async (tier) => {
  const lister = await readFile(path.join(root, `start/${tier}/operators.py`), "utf8");
  const listed = /ALLOWED = \{(.*?)\n\}/s.exec(lister)?.[1] ?? "";
  expect(capitalised(listed).sort()).toEqual([...operators].sort());

  const instructions = await readFile(path.join(root, `instructions/${tier}.md`), "utf8");
  const row = /^\| operators \|.*$/m.exec(instructions)?.[0] ?? "";
  expect((row.match(/`[A-Za-z]+`/g) ?? []).map((name) => name.slice(1, -1)).sort()).toEqual([...operators].sort());
});

test.each(["Div", "Exp", "Pow", "Where", "Range", "Clip", "Mod", "Sign", "TopK", "ScatterND", "If", "Loop", "Conv"])(
  "%s is not allowed",
  (operator) => {
    expect(operators).not.toContain(operator);
  },
);
