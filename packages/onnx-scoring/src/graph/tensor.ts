import { create } from "@bufbuild/protobuf";
import { elementByNumber, elementName } from "../format/element-types.ts";
import { TensorProtoSchema, type TensorProto } from "../format/onnx_pb.ts";
import { refuse } from "../refusal.ts";

const mostElements = 2 ** 31;
const mostDimensions = 16;

/** How many elements sizes stand for, or null if no tensor has such sizes. */
export function elementCount(sizes: readonly (number | bigint)[]): number | null {
  if (sizes.length > mostDimensions) return null;
  let elements = 1;
  for (const size of sizes) {
    const exact = Number(size);
    if (!Number.isInteger(exact) || exact < 0 || exact > mostElements) return null;
    elements *= exact;
    if (elements > mostElements) return null;
  }
  return elements;
}

/** A copy of a constant with what decides its values, and nothing else; `where` begins a message. */
export function checkedTensor(tensor: TensorProto, where: string): TensorProto {
  if (tensor.dataLocation !== 0 || tensor.externalData.length > 0)
    refuse("graph-external-data", `${where} keeps its values outside the file; store them inside`);
  if (tensor.segment.length > 0) refuse("graph-bad-tensor", `${where} is cut into segments`);
  const element = elementByNumber.get(tensor.dataType);
  if (element === undefined)
    return refuse("graph-element-type", `${where} is of ${elementName(tensor.dataType)}, which is not allowed`);
  const elements = elementCount(tensor.dims);
  if (elements === null) return refuse("graph-bad-tensor", `${where} has sizes that no tensor has`);
  const bare = create(TensorProtoSchema, { dims: tensor.dims, dataType: tensor.dataType });
  const lists = [tensor.floatData, tensor.int32Data, tensor.int64Data, tensor.doubleData, tensor.uint64Data];
  const listed = lists.reduce((sum, list) => sum + list.length, 0) + tensor.stringData.length;
  const expected = `${elements} elements of ${element.name}`;
  if (listed === 0) {
    if (tensor.rawData.length !== elements * element.bytes)
      refuse("graph-bad-tensor", `${where} has ${tensor.rawData.length} bytes for ${expected}`);
    if (element.name === "bool" && tensor.rawData.some((byte) => byte > 1))
      refuse("graph-bad-tensor", `${where} has a bool that is neither 0 nor 1`);
    bare.rawData = tensor.rawData;
    return bare;
  }
  const values = tensor[element.field];
  if (tensor.rawData.length > 0 || values.length !== listed || listed !== elements)
    refuse("graph-bad-tensor", `${where} has ${listed} values for ${expected}`);
  if (element.field === "int32Data" && element.name !== "int32") {
    const most = element.name === "bool" ? 1 : 0xffff;
    if (tensor.int32Data.some((value) => value < 0 || value > most))
      refuse("graph-bad-tensor", `${where} has a value that is no ${element.name}`);
  }
  return Object.assign(bare, { [element.field]: values });
}
