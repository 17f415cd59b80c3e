/** Sizes of the large model; `start/mini/model.py` has the same. */
const layers = 4;
const width = 192;
export const vocabulary = 2048;
/** Tokens that the model sees at once. */
export const context = 128;

const norm = (name: string): [string, number[]][] => [
  [`${name}.weight`, [width]],
  [`${name}.bias`, [width]],
];

const linear = (name: string, outputs: number, inputs: number): [string, number[]][] => [
  [`${name}.weight`, [outputs, inputs]],
  [`${name}.bias`, [outputs]],
];

const block = (name: string): [string, number[]][] => [
  ...norm(`${name}.attention_norm`),
  ...linear(`${name}.attention.input`, 3 * width, width),
  ...linear(`${name}.attention.output`, width, width),
  ...norm(`${name}.perceptron_norm`),
  ...linear(`${name}.perceptron.0`, 4 * width, width),
  ...linear(`${name}.perceptron.2`, width, 4 * width),
];

/** Every tensor of a submission, and its shape. */
export const tensors: Readonly<Record<string, readonly number[]>> = Object.fromEntries([
  ["embedding.weight", [vocabulary, width]],
  ["position.weight", [context, width]],
  ...Array.from({ length: layers }, (_, index) => block(`blocks.${index}`)).flat(),
  ...norm("final_norm"),
]);
