/**
 * Operators that a submission may use: lookups, sums, products, relu, and what moves numbers without changing them. `start/mini/operators.py`
 * has the same list, and the README says what is left out and why.
 */
export const operators: readonly string[] = [
  ...["Add", "Sub", "Mul", "Sum", "ReduceSum", "Neg", "MatMul", "Gemm", "Einsum", "Relu"],
  ...["Gather", "GatherElements", "GatherND", "Slice", "Split", "Concat", "Pad", "Expand", "Tile"],
  ...["Reshape", "Flatten", "Squeeze", "Unsqueeze", "Transpose", "Shape"],
  ...["Identity", "Constant", "ConstantOfShape", "Cast"],
];
