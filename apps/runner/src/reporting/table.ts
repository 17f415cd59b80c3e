import Table from "cli-table3";

/** Rows under headings, without borders; what does not fit a terminal wraps in its cell. */
export function textTable(
  headings: readonly string[],
  rows: readonly (readonly string[])[],
  right: readonly number[] = [],
): string[] {
  const blank = {
    top: "",
    "top-mid": "",
    "top-left": "",
    "top-right": "",
    bottom: "",
    "bottom-mid": "",
    "bottom-left": "",
    "bottom-right": "",
    left: "",
    "left-mid": "",
    mid: "",
    "mid-mid": "",
    right: "",
    "right-mid": "",
    middle: "  ",
  };
  const table = new Table({
    head: [...headings],
    chars: blank,
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
    colAligns: headings.map((_, column) => (right.includes(column) ? "right" : "left")),
  });
  for (const row of rows) table.push([...row]);
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd());
}
