import { readFile } from "node:fs/promises";
import { columns, maskToken } from "./contract.ts";

/** Hidden text as the scoring wants it. Row after row, `columns` each. */
export interface Windows {
  readonly tokens: Int32Array;
  /** What stood at a masked place, -1 elsewhere. */
  readonly targets: Int32Array;
}

/** Set in a stored token that the submission must not see. */
const maskedBit = 0x8000;

export async function readWindows(file: string): Promise<Windows> {
  return maskWindows(await readFile(file));
}

/** From little-endian uint16 [rows, columns], the highest bit set at masked places. */
export function maskWindows(content: Buffer): Windows {
  const places = content.length / 2;
  if (places === 0 || places % columns !== 0)
    throw new Error(`${content.length} bytes are no whole number of windows of ${columns} tokens`);
  const tokens = new Int32Array(places);
  const targets = new Int32Array(places).fill(-1);
  for (let place = 0; place < places; place += 1) {
    const stored = content.readUInt16LE(2 * place);
    const isMasked = (stored & maskedBit) !== 0;
    tokens[place] = isMasked ? maskToken : stored;
    if (isMasked) targets[place] = stored & ~maskedBit;
  }
  return { tokens, targets };
}
