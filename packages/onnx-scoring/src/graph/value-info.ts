import { create } from "@bufbuild/protobuf";
import { elementByNumber, elementName, type ElementType } from "../format/element-types.ts";
import {
  DimensionProtoSchema,
  TensorShapeProtoSchema,
  TensorTypeProtoSchema,
  TypeProtoSchema,
  ValueInfoProtoSchema,
  type ValueInfoProto,
} from "../format/onnx_pb.ts";
import { refuse } from "../refusal.ts";

const mostDimensions = 16;
const largestDimension = 2n ** 31n;

/** A copy of what a graph says of an input or output, if it says anything. */
export function checkedValue(value: ValueInfoProto, name: string, where: string): ValueInfoProto {
  const bare = create(ValueInfoProtoSchema, { name });
  if (value.type === undefined) return bare;
  const tensor = value.type.tensorType;
  if (tensor === undefined) return refuse("graph-element-type", `${where} is no tensor`);
  if (!elementByNumber.has(tensor.elemType))
    refuse("graph-element-type", `${where} is of ${elementName(tensor.elemType)}, which is not allowed`);
  const type = create(TensorTypeProtoSchema, { elemType: tensor.elemType });
  if (tensor.shape !== undefined) {
    if (tensor.shape.dim.length > mostDimensions)
      refuse("graph-shape", `${where} has more than ${mostDimensions} dimensions`);
    type.shape = create(TensorShapeProtoSchema, {
      // A free dimension's name would only tie it to others of that name.
      dim: tensor.shape.dim.map(({ dimValue }) => {
        if (dimValue < 0n || dimValue > largestDimension)
          refuse("graph-shape", `${where} has a size that no tensor has`);
        return create(DimensionProtoSchema, dimValue === 0n ? {} : { dimValue });
      }),
    });
  }
  bare.type = create(TypeProtoSchema, { tensorType: type });
  return bare;
}

export interface DescribedValue {
  readonly name: string;
  readonly type: ElementType | null;
  /** Null where the number of dimensions is open; a size of null is free. */
  readonly shape: readonly (number | null)[] | null;
}

/** A checked description as plain data. */
export function described(value: ValueInfoProto): DescribedValue {
  const tensor = value.type?.tensorType;
  return {
    name: value.name,
    type: elementByNumber.get(tensor?.elemType ?? 0)?.name ?? null,
    shape: tensor?.shape?.dim.map(({ dimValue }) => (dimValue === 0n ? null : Number(dimValue))) ?? null,
  };
}
