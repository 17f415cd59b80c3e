import { readFile } from "node:fs/promises";
import { context } from "./shape.ts";

/** Hidden text as the scoring wants it: each token beside the one that follows it. Row after row, `context` columns. */
export interface Windows {
  readonly tokens: Int32Array;
  readonly targets: Int32Array;
}

/** Reads little-endian uint16 [rows, context + 1]. */
export async function readWindows(file: string): Promise<Windows> {
  return splitWindows(await readFile(file));
}

export function splitWindows(content: Buffer): Windows {
  const stride = context + 1;
  const rows = content.length / 2 / stride;
  if (!Number.isInteger(rows) || rows === 0)
    throw new Error(`${content.length} bytes are no whole number of windows of ${stride} tokens`);
  const tokens = new Int32Array(rows * context);
  const targets = new Int32Array(rows * context);
  for (let row = 0; row < rows; row += 1)
    for (let column = 0; column < context; column += 1) {
      const at = row * stride + column;
      tokens[row * context + column] = content.readUInt16LE(2 * at);
      targets[row * context + column] = content.readUInt16LE(2 * at + 2);
    }
  return { tokens, targets };
}
