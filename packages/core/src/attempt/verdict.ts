import { normalise } from "@rebench/stats";
import type { ScoreEntry } from "../events/score-entry.ts";
import type { LoadedTask } from "../run/loaded-task.ts";
import type { ScoringOutcome } from "../ports/scorer-host.ts";

type Common = "seq" | "source" | "workingMs" | "at" | "seed" | "submission";
type Verdict = ScoreEntry extends infer Entry ? (Entry extends ScoreEntry ? Omit<Entry, Common> : never) : never;

const longestMessage = 4000;

/** Turns what a scorer returned into an entry's verdict, distrusting it: a number that is no score is the pack's failure. */
export function verdict(outcome: ScoringOutcome, loaded: LoadedTask, source: ScoreEntry["source"]): Verdict {
  switch (outcome.status) {
    case "failed":
      return { status: "failed", blame: outcome.blame, code: outcome.code, reason: bounded(outcome.message) };
    case "invalid":
      return { status: "invalid", reason: bounded(outcome.reason), ...details(outcome.details) };
    case "valid": {
      const policy = loaded.tier.anchors;
      const anchors = policy.kind === "fixed" ? { start: policy.start, reference: policy.reference } : outcome.anchors;
      if (anchors === undefined)
        return packFailure(
          "pack.no-anchors",
          "the scorer returned no anchors, though the tier says that they are measured",
        );
      // Where anchors are measured, the starting solution is the anchor itself.
      const isAnchor = source === "start" && policy.kind === "measured";
      const raw = isAnchor ? anchors.start : outcome.raw;
      try {
        const normalized = isAnchor ? 0 : normalise(raw, anchors);
        return {
          status: "valid",
          raw,
          normalized,
          anchors,
          message: bounded(outcome.message ?? ""),
          ...details(outcome.details),
        };
      } catch (error) {
        return packFailure("pack.score-not-a-number", (error as Error).message);
      }
    }
  }
}

const packFailure = (code: string, reason: string): Verdict => ({ status: "failed", blame: "pack", code, reason });

const bounded = (text: string): string => (text.length <= longestMessage ? text : `${text.slice(0, longestMessage)}…`);

const details = (value: Readonly<Record<string, unknown>> | undefined): { details?: Record<string, unknown> } =>
  value === undefined ? {} : { details: { ...value } };
