export { createOnnxScoring, type OnnxScoringOptions } from "./onnx-scoring.ts";
