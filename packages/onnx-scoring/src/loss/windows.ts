export interface Windows {
  /** Row after row, `columns` each. */
  readonly tokens: Int32Array;
  /** -1 where nothing is predicted. */
  readonly targets: Int32Array;
  readonly columns: number;
  readonly batchRows: number;
}

export interface Window {
  /** The first of its rows. */
  readonly row: number;
  readonly rows: number;
  readonly tokens: Int32Array;
  readonly targets: Int32Array;
}

/** Rows in batches; the last may be smaller. */
export function* windowsOf({ tokens, targets, columns, batchRows }: Windows): Generator<Window> {
  const rows = tokens.length / columns;
  for (let row = 0; row < rows; row += batchRows) {
    const end = Math.min(row + batchRows, rows);
    yield {
      row,
      rows: end - row,
      tokens: tokens.slice(row * columns, end * columns),
      targets: targets.subarray(row * columns, end * columns),
    };
  }
}
