import type { ScoreEntry } from "../events/score-entry.ts";
import type { AttemptFolder } from "../ports/attempt-store.ts";

const longestInline = 16_384;

/** Keeps a journal's lines short: details that are longer than that become a blob, and the entry names it. */
export async function withBoundedDetails(entry: ScoreEntry, folder: AttemptFolder): Promise<ScoreEntry> {
  if (entry.details === undefined) return entry;
  const text = JSON.stringify(entry.details);
  if (text.length <= longestInline) return entry;
  const blob = await folder.putBlob(new TextEncoder().encode(text));
  return { ...entry, details: { blob: `sha256-${blob}`, characters: text.length } };
}
