import { createHash } from "node:crypto";

/** A file of a pack; `path` is relative to the pack, with POSIX separators. */
export interface PackFile {
  readonly path: string;
  /** Hex SHA-256 of its bytes. */
  readonly sha256: string;
  readonly executable: boolean;
}

export const byPath = (left: { readonly path: string }, right: { readonly path: string }): number =>
  left.path < right.path ? -1 : 1;

/** Over paths, bytes and executable bits, in an order that no locale or file system decides; null where there is no file. */
export function digestFiles(files: readonly PackFile[]): string | null {
  if (files.length === 0) return null;
  return digestText(
    files
      .toSorted(byPath)
      .map(({ path, sha256, executable }) => `${path}\0${sha256}${executable ? " executable" : ""}\n`)
      .join(""),
  );
}

/** Over plain data, whatever order its keys were written in; null for undefined. */
export function digestValue(value: unknown): string | null {
  return value === undefined ? null : digestText(JSON.stringify(value, sortedKeys));
}

export const digestText = (text: string | Uint8Array): string =>
  `sha256-${createHash("sha256").update(text).digest("hex")}`;

function sortedKeys(_key: string, value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1)));
}
