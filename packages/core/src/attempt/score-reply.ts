import type { ScoreEntry } from "../events/score-entry.ts";

/** What whoever asked for a score may know of it. Numbers are null where the task hides scores. */
export type ScoreReply =
  | {
      readonly status: "valid";
      readonly seq: number;
      readonly raw: number | null;
      readonly normalized: number | null;
      readonly text: string;
    }
  | { readonly status: "invalid"; readonly seq: number; readonly text: string }
  | { readonly status: "failed"; readonly seq: number; readonly text: string }
  /** Nothing was scored, e.g. no calls are left. */
  | { readonly status: "refused"; readonly text: string };

export function scoreReply(entry: ScoreEntry, hideScores: boolean): ScoreReply {
  switch (entry.status) {
    case "valid": {
      if (hideScores) {
        const text = `score ${entry.seq}: valid (this task does not show scores)`;
        return { status: "valid", seq: entry.seq, raw: null, normalized: null, text };
      }
      const numbers = `normalised ${entry.normalized.toFixed(4)}, raw ${entry.raw.toFixed(6)}`;
      const text = `score ${entry.seq}: ${numbers}${entry.message === "" ? "" : `\n${entry.message}`}`;
      return { status: "valid", seq: entry.seq, raw: entry.raw, normalized: entry.normalized, text };
    }
    case "invalid":
      return { status: "invalid", seq: entry.seq, text: `score ${entry.seq}: invalid: ${entry.reason}` };
    case "failed":
      // Details of our own failures could tell about the scorer; the journal has them.
      return {
        status: "failed",
        seq: entry.seq,
        text: `score ${entry.seq}: the scorer failed, which is not your fault; ask again`,
      };
  }
}
