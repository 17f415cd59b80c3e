import type { FunctionProto, ModelProto, NodeProto } from "../format/onnx_pb.ts";
import { refuse } from "../refusal.ts";
import { isStandardDomain } from "./domain.ts";
import { checkName } from "./names.ts";

/** The functions of a file, by what nodes call them. */
export type Functions = ReadonlyMap<string, FunctionProto>;

const key = (domain: string, name: string, overload: string): string => JSON.stringify([domain, name, overload]);

export const calledFunction = (functions: Functions, node: NodeProto): FunctionProto | undefined =>
  functions.get(key(node.domain, node.opType, node.overload));

/** Standard operators keep their meaning: a function may not take the place of one. */
export function functionsOf(model: ModelProto): Functions {
  const functions = new Map<string, FunctionProto>();
  for (const each of model.functions) {
    checkName(each.name, "a function");
    checkName(each.domain, `the domain of function "${each.name}"`);
    if (isStandardDomain(each.domain))
      refuse("graph-bad-function", `function "${each.name}" is in the domain of the standard operators`);
    const called = key(each.domain, each.name, each.overload);
    if (functions.has(called)) refuse("graph-bad-function", `function "${each.name}" is there twice`);
    functions.set(called, each);
  }
  return functions;
}
