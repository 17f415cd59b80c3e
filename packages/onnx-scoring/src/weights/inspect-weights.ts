import type { WeightRules, WeightsVerdict } from "@rebench/task-kit";
import { printable } from "../printable.ts";
import { refuse } from "../refusal.ts";
import { checkValues, floatValues } from "./float-values.ts";
import { readSafetensors } from "./safetensors.ts";

type Accepted = Extract<WeightsVerdict, { status: "accepted" }>;

/** The file holds exactly the expected tensors, all values finite and of a sane size. */
export function inspectWeights(file: Uint8Array, rules: Pick<WeightRules, "tensors">): Accepted {
  const tensors = readSafetensors(file);
  const expected = Object.entries(rules.tensors);
  const names = new Set(expected.map(([name]) => name));
  for (const name of tensors.keys())
    if (!names.has(name)) refuse("weights-names", `tensor "${printable(name, 100)}" is not asked for`);
  let parameters = 0;
  for (const [name, shape] of expected) {
    const tensor = tensors.get(name);
    if (tensor === undefined) return refuse("weights-names", `tensor "${name}" is missing`);
    if (tensor.shape.length !== shape.length || tensor.shape.some((size, index) => size !== shape[index]))
      refuse(
        "weights-shape",
        `tensor "${name}" has to be of shape [${shape.join(", ")}], not [${tensor.shape.join(", ")}]`,
      );
    const values = floatValues(tensor);
    checkValues(values, name);
    parameters += values.length;
  }
  return { status: "accepted", parameters };
}
