/** Hidden text as the scoring wants it: row after row, `columns` each. */
export interface Windows {
  readonly tokens: Int32Array;
  /** What stood at a masked place, -1 elsewhere. */
  readonly targets: Int32Array;
}

export interface MaskingOptions {
  /** Rows of hidden text. */
  readonly rows: number;
  readonly columns: number;
  readonly maskToken: number;
}

/** Of all places, these many in a hundred are masked. */
const maskedPercent = 15;

/**
 * Evenly spaced rows of little-endian uint16 tokens, the same places masked in every scoring. Every scoring of a submission sees the
 * same, so that asking again is no second draw, and what the windows are off by is the same for everybody.
 */
export function maskedWindows(text: Uint8Array, { rows, columns, maskToken }: MaskingOptions): Windows {
  const places = Math.floor(text.length / 2);
  if (places < rows * columns) throw new Error(`${places} hidden tokens are too few for ${rows} rows of ${columns}`);
  const view = new DataView(text.buffer, text.byteOffset, text.byteLength);
  const tokens = new Int32Array(rows * columns);
  const targets = new Int32Array(rows * columns).fill(-1);
  for (let row = 0; row < rows; row += 1) {
    const from = rows === 1 ? 0 : Math.floor((row * (places - columns)) / (rows - 1));
    for (let column = 0; column < columns; column += 1) {
      const place = row * columns + column;
      const token = view.getUint16(2 * (from + column), true);
      const isMasked = chance(place) < maskedPercent / 100;
      tokens[place] = isMasked ? maskToken : token;
      if (isMasked) targets[place] = token;
    }
  }
  return { tokens, targets };
}

/** A number in 0…1 that looks drawn and is always the same for a place (the finalizer of MurmurHash3). */
function chance(place: number): number {
  let hash = (place + 0x9e3779b9) | 0;
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return ((hash ^ (hash >>> 16)) >>> 0) / 2 ** 32;
}
