import Table from "cli-table3";
import { oneLine } from "../cli/terminal-safe.ts";

/** Rows under headings, without borders. Whatever a cell holds, it is one line and safe to show. */
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
    head: headings.map((heading) => oneLine(heading)),
    chars: blank,
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [] },
    colAligns: headings.map((_, column) => (right.includes(column) ? "right" : "left")),
  });
  for (const row of rows) table.push(row.map((cell) => oneLine(cell)));
  return table
    .toString()
    .split("\n")
    .map((line) => line.trimEnd());
}
