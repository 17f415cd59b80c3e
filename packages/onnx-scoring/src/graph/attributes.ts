import { create } from "@bufbuild/protobuf";
import { AttributeProtoSchema, type AttributeProto, type GraphProto } from "../format/onnx_pb.ts";
import { refuse } from "../refusal.ts";
import { checkName } from "./names.ts";
import { checkedTensor } from "./tensor.ts";

const longestText = 4096;

/** Numbers of the attribute types in the ONNX standard. Others hold sparse tensors, types, or lists of tensors and graphs. */
const kinds = { float: 1, integer: 2, text: 3, tensor: 4, graph: 5, floats: 6, integers: 7, texts: 8 } as const;

/** A copy of an attribute that holds the one value which its type names; `node` is what messages call its node. */
export function checkedAttribute(
  attribute: AttributeProto,
  node: string,
  rebuildGraph: (graph: GraphProto) => GraphProto,
): AttributeProto {
  const name = checkName(attribute.name, `an attribute of ${node}`);
  const where = `attribute "${name}" of ${node}`;
  const { type } = attribute;
  switch (type) {
    case kinds.float:
      return create(AttributeProtoSchema, { name, type, f: attribute.f });
    case kinds.integer:
      return create(AttributeProtoSchema, { name, type, i: attribute.i });
    case kinds.text:
      return create(AttributeProtoSchema, { name, type, s: checkedText(attribute.s, where) });
    case kinds.tensor:
      if (attribute.t === undefined) return refuse("graph-bad-attribute", `${where} has no tensor`);
      return create(AttributeProtoSchema, { name, type, t: checkedTensor(attribute.t, where) });
    case kinds.graph:
      if (attribute.g === undefined) return refuse("graph-bad-attribute", `${where} has no graph`);
      return create(AttributeProtoSchema, { name, type, g: rebuildGraph(attribute.g) });
    case kinds.floats:
      return create(AttributeProtoSchema, { name, type, floats: attribute.floats });
    case kinds.integers:
      return create(AttributeProtoSchema, { name, type, ints: attribute.ints });
    case kinds.texts:
      return create(AttributeProtoSchema, {
        name,
        type,
        strings: attribute.strings.map((text) => checkedText(text, where)),
      });
    default:
      return refuse("graph-bad-attribute", `${where} is of a type that is not allowed`);
  }
}

function checkedText(text: Uint8Array, where: string): Uint8Array {
  if (text.length > longestText) refuse("graph-bad-attribute", `${where} has more than ${longestText} characters`);
  return text;
}
