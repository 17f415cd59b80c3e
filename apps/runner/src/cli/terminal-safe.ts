// Control characters but tab and newline, and the C1 range: with them goes every escape sequence's start.
const control = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;
// The printable rest of CSI and OSC sequences, taken out first so that no litter stays.
const sequences = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])/g;

/** Text from agents, packs and models as a terminal may safely show it. */
export function terminalSafe(text: string): string {
  return text.replace(sequences, "").replace(control, "");
}

/** One line of at most `width` characters; as long as it comes without. */
export function oneLine(text: string, width: number = Number.POSITIVE_INFINITY): string {
  const line = terminalSafe(text).replace(/\s+/g, " ").trim();
  return line.length <= width ? line : `${line.slice(0, Math.max(0, width - 1))}…`;
}
