/** Control, format and surrogate characters, and line separators: what a terminal or a log could be deceived with. */
const unprintable = /[\p{Cc}\p{Cf}\p{Cs}\p{Co}\p{Zl}\p{Zp}]/gu;

/** Untrusted text made fit to be shown: one line, bounded in length. */
export function printable(text: string, longest: number): string {
  const line = text
    .slice(0, 4 * longest)
    .replace(/\s+/g, " ")
    .replaceAll(unprintable, "�")
    .trim();
  return line.length <= longest ? line : `${line.slice(0, longest - 1)}…`;
}

export function isPrintable(text: string): boolean {
  return text.search(unprintable) === -1;
}
