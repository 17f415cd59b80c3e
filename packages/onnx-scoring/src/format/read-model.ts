import { fromBinary } from "@bufbuild/protobuf";
import { Refusal, refuse } from "../refusal.ts";
import { ModelProtoSchema, type ModelProto } from "./onnx_pb.ts";
import { scanWire } from "./wire-scan.ts";

/** A subgraph in a subgraph takes three messages, and what a graph is made of takes six more. */
const deepestMessages = 32;
/** Fields of a file beside those of its nodes: constants, their sizes, descriptions of values. */
const otherFields = 200_000;
/** What exporters write for a node: names, attributes and where it came from. */
const fieldsPerNode = 100;

/** Decodes an ONNX file that nobody has looked at yet. */
export function readModel(bytes: Uint8Array, maxNodes: number): ModelProto {
  try {
    scanWire(bytes, ModelProtoSchema, { fields: otherFields + fieldsPerNode * maxNodes, depth: deepestMessages });
    return fromBinary(ModelProtoSchema, bytes, { recursionLimit: 2 * deepestMessages });
  } catch (error) {
    if (error instanceof Refusal) throw error;
    return refuse("graph-unreadable", `this is no ONNX file: ${(error as Error).message}`);
  }
}
