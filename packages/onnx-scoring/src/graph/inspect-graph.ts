import type { GraphRules, GraphVerdict } from "@rebench/task-kit";
import { readModel } from "../format/read-model.ts";
import { refuse } from "../refusal.ts";
import { checkCasts } from "./casts.ts";
import { parametersOf } from "./constants.ts";
import { refuseDataDependentSizes } from "./data-dependence.ts";
import { flopsOf } from "./flops.ts";
import { operatorsOf } from "./operators.ts";
import { probe, probedRows } from "./probe.ts";
import { rebuildModel, type RebuiltModel } from "./rebuild.ts";
import { checkOutput, checkSignature } from "./signature.ts";

type Accepted = Extract<GraphVerdict, { status: "accepted" }>;

/** Reads a graph whose bytes nobody has looked at, by the rules; throws a {@link Refusal} where it breaks one. */
export async function inspectGraph(bytes: Uint8Array, rules: GraphRules): Promise<Accepted> {
  const model = readModel(bytes, rules.maxNodes);
  const operators = operatorsOf(model, { maxNodes: rules.maxNodes, allowed: rules.operators });
  const rebuilt = rebuildModel(model, rules.maxNodes);
  const { min, max } = rules.opset;
  if (!(rebuilt.opset >= min && rebuilt.opset <= max))
    refuse("graph-opset", `the graph uses version ${rebuilt.opset} of the operator set; ${min} to ${max} are allowed`);
  checkSignature(rebuilt, rules);
  return {
    status: "accepted",
    operators,
    parameters: parametersOf(rebuilt.graph),
    flops: await firstRun(rebuilt, rules),
  };
}

/** Runs the graph once on zeros and checks what only a run shows. */
async function firstRun(rebuilt: RebuiltModel, rules: GraphRules): Promise<number | null> {
  const restricted = rules.casts === "integer-to-any-and-between-floats";
  const values = await probe(rebuilt, rules.inputs, restricted || rules.maxFlops !== undefined);
  for (const rule of rules.outputs) {
    const value = values.get(rebuilt.outputs.get(rule.name) ?? "");
    if (value === undefined) return refuse("graph-signature", `the graph gives no tensor for output "${rule.name}"`);
    checkOutput(rule, value.type, value.shape, probedRows);
  }
  if (restricted) checkCasts(rebuilt.graph, values);
  if (rules.maxFlops === undefined) return null;
  refuseDataDependentSizes(rebuilt.graph);
  const flops = flopsOf(rebuilt.graph, values);
  if (!(flops <= rules.maxFlops))
    refuse(
      "graph-flops",
      `the graph takes ${flops} floating-point operations for a row; ${rules.maxFlops} are allowed`,
    );
  return flops;
}
