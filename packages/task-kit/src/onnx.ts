/**
 * Scoring of submissions that are data. Files are opened in a process of their own with memory and time limits, never in the scorer's;
 * what the submission did wrong, crashes of the native runtime included, comes back as `refused`. A promise rejects only where the
 * host could not do its part.
 */
export interface OnnxScoring {
  /** Reads a graph and checks it against `rules`, without running hidden data through it. */
  inspectGraph(file: string, rules: GraphRules): Promise<GraphVerdict>;
  /** Reads a safetensors file and checks that it holds exactly the expected tensors, all values finite and at most 1e9 in size. */
  inspectWeights(file: string, rules: WeightRules): Promise<WeightsVerdict>;
  /** Runs a graph over token windows and takes the mean cross-entropy. */
  crossEntropy(options: CrossEntropyOptions): Promise<LossVerdict>;
}

/** The submission is at fault. `code` is stable, for programs; `reason` says what to change and is shown to the agent. */
export interface Refused {
  readonly status: "refused";
  readonly code: string;
  readonly reason: string;
}

/** Element types by their names in the ONNX standard. */
export type TensorType = "float" | "float16" | "int32" | "int64";

/** A size of null is free: the graph may name or omit it, and an input of it has to take any. */
export interface TensorRule {
  readonly name: string;
  readonly type: TensorType;
  readonly shape: readonly (number | null)[];
}

export interface GraphRules {
  readonly maxBytes: number;
  /** Nodes of the graph, its subgraphs and its functions together. */
  readonly maxNodes: number;
  /** Lowest and highest version of the standard operator set. */
  readonly opset: { readonly min: number; readonly max: number };
  /** Allowed operators of the standard domain; any other, anywhere, is refused with node and operator. */
  readonly operators: readonly string[];
  /** Casts allowed, by element types from and to; only for graphs that allow `Cast`. A float that becomes an integer is a rounding, a float that becomes a bool a comparison. */
  readonly casts?: "any" | "integer-to-any-and-between-floats";
  readonly inputs: readonly TensorRule[];
  readonly outputs: readonly TensorRule[];
  /** Floating-point operations for one row of input; free dimensions of the inputs are 1. Set, sizes inside the graph may not depend on the data. */
  readonly maxFlops?: number;
}

export type GraphVerdict =
  | Refused
  | {
      readonly status: "accepted";
      /** How often each operator occurs, subgraphs and functions included. */
      readonly operators: Readonly<Record<string, number>>;
      /** Elements of all floating-point constants. */
      readonly parameters: number;
      /** For one row of input; a multiplication and an addition are two. Null where `maxFlops` was not asked for. */
      readonly flops: number | null;
    };

export interface WeightRules {
  readonly maxBytes: number;
  /** Every tensor by name, and its shape; no other may be there. */
  readonly tensors: Readonly<Record<string, readonly number[]>>;
}

export type WeightsVerdict = Refused | { readonly status: "accepted"; readonly parameters: number };

export interface CrossEntropyOptions {
  /**
   * Path of an ONNX file. With `weights`, a safetensors file, tensors take the place of graph inputs or constants of their name; F16 and
   * BF16 are widened to F32.
   */
  readonly graph: string;
  readonly weights?: string;
  /** Name of the input that takes tokens [rows, columns] and of the output that gives logits [rows, columns, vocabulary]. */
  readonly input: string;
  readonly output: string;
  /** Row after row, `columns` each. */
  readonly tokens: Int32Array;
  /** The token to predict at each place, or -1 where none is. Causal: the tokens one to the left. Masked: -1 where nothing is masked. */
  readonly targets: Int32Array;
  readonly columns: number;
  readonly vocabulary: number;
  /** Rows of one run of the graph. */
  readonly batchRows: number;
  readonly threads: number;
  /** For files and what is made of them, above what the process takes when it is idle. */
  readonly memoryMb: number;
  /** Past it the submission is refused as too slow. */
  readonly timeoutSeconds: number;
  readonly signal?: AbortSignal;
  /** Told the fraction that is done, 0…1. */
  readonly progress?: (fraction: number) => void;
}

export type LossVerdict =
  | Refused
  | {
      readonly status: "measured";
      /** Nats a predicted token, mean over all. */
      readonly loss: number;
      /** Predicted tokens. */
      readonly tokens: number;
      /** Seconds of running the graph, without loading. */
      readonly seconds: number;
    };
