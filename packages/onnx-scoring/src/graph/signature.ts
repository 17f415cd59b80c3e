import type { TensorRule } from "@rebench/task-kit";
import { refuse } from "../refusal.ts";
import { described } from "./value-info.ts";
import type { RebuiltModel } from "./rebuild.ts";

type Sizes = readonly (number | null)[];

/** The graph takes and gives exactly what is asked for, as far as it says so; the first run shows the rest. */
export function checkSignature(
  { graph, outputs }: RebuiltModel,
  rules: { readonly inputs: readonly TensorRule[]; readonly outputs: readonly TensorRule[] },
): void {
  checkNames(
    "input",
    graph.input.map(({ name }) => name),
    rules.inputs,
  );
  checkNames("output", [...outputs.keys()], rules.outputs);
  for (const rule of rules.inputs) {
    const value = graph.input.find(({ name }) => name === rule.name);
    const { type, shape } = value === undefined ? { type: null, shape: null } : described(value);
    if (type !== rule.type)
      refuse("graph-signature", `input "${rule.name}" has to be of ${rule.type}, not ${type ?? "an open type"}`);
    if (
      shape === null ||
      shape.length !== rule.shape.length ||
      shape.some((size, index) => misfits(size, rule.shape[index], "input"))
    )
      refuse("graph-signature", `input "${rule.name}" has to be of shape ${sizes(rule.shape)}, not ${sizes(shape)}`);
  }
  for (const [index, name] of [...outputs.keys()].entries()) {
    const rule = rules.outputs.find((each) => each.name === name);
    const value = graph.output[index];
    if (rule === undefined || value === undefined) continue;
    const { type, shape } = described(value);
    if (type !== null && type !== rule.type)
      refuse("graph-signature", `output "${name}" has to be of ${rule.type}, not ${type}`);
    if (
      shape !== null &&
      (shape.length !== rule.shape.length || shape.some((size, at) => misfits(size, rule.shape[at], "output")))
    )
      refuse("graph-signature", `output "${name}" has to be of shape ${sizes(rule.shape)}, not ${sizes(shape)}`);
  }
}

/** What a run gave, against what was asked for. */
export function checkOutput(rule: TensorRule, type: string, shape: readonly number[], free: number): void {
  const expected = rule.shape.map((size) => size ?? free);
  if (type !== rule.type)
    refuse("graph-signature", `output "${rule.name}" has to be of ${rule.type}, and is of ${type}`);
  if (shape.length !== expected.length || shape.some((size, index) => size !== expected[index]))
    refuse(
      "graph-signature",
      `output "${rule.name}" has to be of shape ${sizes(expected)} here, and is ${sizes(shape)}`,
    );
}

/** An input's free size must be free, so that batches of any size fit. Other sizes may be left open. */
const misfits = (size: number | null, asked: number | null | undefined, kind: "input" | "output"): boolean =>
  asked === null ? kind === "input" && size !== null : size !== null && size !== asked;

function checkNames(kind: "input" | "output", found: readonly string[], rules: readonly TensorRule[]): void {
  const asked = rules.map(({ name }) => name);
  const missing = asked.find((name) => !found.includes(name));
  if (missing !== undefined) refuse("graph-signature", `the graph has no ${kind} "${missing}"`);
  const extra = found.find((name) => !asked.includes(name));
  if (extra !== undefined) refuse("graph-signature", `the graph has an ${kind} "${extra}", which is not asked for`);
}

const sizes = (shape: Sizes | null): string =>
  shape === null ? "open" : `[${shape.map((size) => size ?? "any").join(", ")}]`;
