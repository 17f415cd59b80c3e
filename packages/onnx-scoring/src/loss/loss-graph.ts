import { create, toBinary, type MessageInitShape } from "@bufbuild/protobuf";
import { elementByName, type ElementType } from "../format/element-types.ts";
import { ModelProtoSchema, type AttributeProtoSchema } from "../format/onnx_pb.ts";

const opset = 17n;
const irVersion = 8n;

type Attribute = MessageInitShape<typeof AttributeProtoSchema>;

const integer = (name: string, value: number): Attribute => ({ name, type: 2, i: BigInt(value) });

const value = (name: string, type: ElementType, dimensions: number) => ({
  name,
  type: {
    tensorType: {
      elemType: elementByName.get(type)?.number ?? 0,
      shape: { dim: Array.from({ length: dimensions }, () => ({})) },
    },
  },
});

/**
 * Our own graph, in a session of its own: logits [n, vocabulary] and targets [n, 1] to the targets' log-probabilities [n, 1], and the sum
 * of all logits, which is finite only if they are. A submitted graph never sees the targets.
 */
export function lossModel(): Uint8Array<ArrayBuffer> {
  return toBinary(
    ModelProtoSchema,
    create(ModelProtoSchema, {
      irVersion,
      opsetImport: [{ domain: "", version: opset }],
      graph: {
        name: "loss",
        input: [value("logits", "float", 2), value("targets", "int64", 2)],
        output: [value("picked", "float", 2), value("sum", "float", 0)],
        node: [
          { opType: "LogSoftmax", input: ["logits"], output: ["all"], attribute: [integer("axis", 1)] },
          { opType: "GatherElements", input: ["all", "targets"], output: ["picked"], attribute: [integer("axis", 1)] },
          { opType: "ReduceSum", input: ["logits"], output: ["sum"], attribute: [integer("keepdims", 0)] },
        ],
      },
    }),
  );
}
