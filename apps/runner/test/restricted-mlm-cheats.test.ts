import { readdir } from "node:fs/promises";
import path from "node:path";
import { createOnnxScoring } from "@rebench/onnx-scoring";
import type { GraphRules } from "@rebench/task-kit";
import { expect, it } from "vitest";
import { checkout } from "./cli.ts";

const pack = path.join(checkout, "task-packs/restricted-mlm");
const { rules } = (await import(path.join(pack, "src/mini/contract.ts"))) as { rules: GraphRules };
const cheats = path.join(pack, "cheats/mini");

const allow = (...operators: string[]): GraphRules => ({ ...rules, operators: [...rules.operators, ...operators] });
const anyCast: GraphRules = { ...rules, casts: "any" };

/** The cost of branches and of sizes that hang on values cannot be told, so a limit on the cost refuses them as well. */
function withoutCost({ maxFlops: _, ...others }: GraphRules): GraphRules {
  return others;
}

/** A cheat, why it is refused, and the rules that would let it through. */
const refusedByRule: readonly (readonly [cheat: string, reason: string, loosened: GraphRules])[] = [
  ["clipped", "graph-operator: node 1 uses Clip", allow("Clip")],
  ["compared-by-a-cast", "graph-cast: node 1 casts float to bool", anyCast],
  ["division-in-a-function", 'graph-operator: node 0 of function "Mix" uses Div', allow("Div")],
  ["exponential-in-a-branch", "graph-operator: node 1 uses If", withoutCost(allow("If", "Exp", "Greater"))],
  ["length-of-a-range", "graph-operator: node 2 uses Range", withoutCost(allow("Range"))],
  ["negative-power", "graph-operator: node 1 uses Pow", allow("Pow")],
  ["newer-operators", "graph-opset: the graph uses version 18", { ...rules, opset: { min: 11, max: 18 } }],
  [
    "quantised",
    "graph-operator: node 1 uses DynamicQuantizeLinear",
    allow("DynamicQuantizeLinear", "DequantizeLinear"),
  ],
  ["reciprocal", "graph-operator: node 1 uses Reciprocal", allow("Reciprocal")],
  ["rounded-into-an-index", "graph-cast: node 1 casts float to int64", anyCast],
  ["softmax", "graph-operator: node 1 uses Softmax", allow("Softmax")],
  ["too-costly", "graph-flops: the graph takes 2097694720", { ...rules, maxFlops: 1e10 }],
  ["too-many-nodes", "graph-too-large: the graph has more than 5000", { ...rules, maxNodes: 50_000 }],
  ["where-it-is-greater", "graph-operator: node 1 uses Greater", allow("Greater", "Where")],
];

/** No rule of the task's stands behind these: no graph may do that. */
const refusedAlways: readonly (readonly [cheat: string, code: string])[] = [
  ["another-domain", "graph-custom-domain"],
  ["memory-bomb", "out-of-memory"],
  ["one-logit-short", "graph-signature"],
  ["reads-another-file", "graph-external-data"],
  ["says-one-shape-and-gives-another", "graph-signature"],
];

/** Found by running them, or no graphs at all: `pack check` tries these, in a slow test. */
const triedElsewhere = [
  "infinite",
  "larger-than-the-cap",
  "look-for-the-hidden-text",
  "not-a-number",
  "the-same-for-any-text",
];

const inspect = async (cheat: string, by = rules): Promise<string> => {
  const verdict = await createOnnxScoring().inspectGraph(path.join(cheats, cheat, "model.onnx"), by);
  return verdict.status === "refused" ? `${verdict.code}: ${verdict.reason}` : verdict.status;
};

it.each(refusedByRule)("%s is refused by its rule, and accepted without it", async (cheat, reason, loosened) => {
  expect(await inspect(cheat)).toContain(reason);
  expect(await inspect(cheat, loosened)).toBe("accepted");
});

it.each(refusedAlways)("%s is refused: %s", async (cheat, code) => {
  expect(await inspect(cheat)).toContain(`${code}: `);
});

it("leaves no cheat out", async () => {
  const named = [...refusedByRule, ...refusedAlways].map(([cheat]) => cheat);
  expect([...named, ...triedElsewhere].sort()).toEqual((await readdir(cheats)).sort());
});
