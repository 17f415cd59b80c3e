import { isClamped, type Calibration } from "../events/calibration.ts";
import { columns } from "../events/ledger.ts";
import type { AttemptState } from "../events/attempt-state.ts";
import type { ScoreEntry, ValidScoreEntry } from "../events/score-entry.ts";
import { selectScore } from "../attempt/select-score.ts";

interface Points {
  readonly raw: number;
  readonly normalized: number;
}

/** One attempt as `rebench run --json` prints it. Seconds; unknown is null. */
export interface AttemptResult {
  readonly attemptId: string;
  readonly task: string;
  readonly pack: string;
  readonly tier: string;
  readonly agent: string;
  readonly sandbox: string;
  readonly isolation: string | null;
  readonly outcome: AttemptState["outcome"];
  readonly score:
    | (Points & {
        readonly unit: string;
        readonly direction: string;
        readonly kind: "confirmed" | "selected";
        readonly selected: Points;
        readonly confirmed: Points | null;
      })
    | null;
  readonly scores: readonly ScoreLine[];
  readonly anchors: { readonly start: number; readonly reference: number; readonly measured: boolean } | null;
  /** In force, calibrated where the tier asks for it. */
  readonly budget: { readonly workingSeconds: number; readonly wallSeconds: number; readonly scoreCalls: number };
  readonly calibration: ReportedCalibration | null;
  readonly ledger: Readonly<Record<string, number>>;
  readonly pauses: readonly { readonly reason: string; readonly seconds: number }[];
  readonly unattendedSeconds: number;
  readonly usage: {
    readonly inputTokens: number | null;
    readonly outputTokens: number | null;
    readonly costUsd: number | null;
  };
  readonly reviews: AttemptState["reviews"];
  readonly journal: string;
}

/** `clamped`: the machine is so fast or slow that the factor ended at the tier's bounds. */
type ReportedCalibration =
  | (Extract<Calibration, { status: "measured" }> & { readonly clamped: boolean })
  | Extract<Calibration, { status: "failed" }>;

interface ScoreLine {
  readonly seq: number;
  readonly workingSeconds: number;
  readonly raw: number | null;
  readonly normalized: number | null;
  readonly status: ScoreEntry["status"];
  readonly reason?: string;
}

export function attemptResult(state: AttemptState, journal: string): AttemptResult {
  const { spec, ledger, usage } = state;
  const { scale } = spec.task;
  const selected = selectScore(state.scores, scale.aggregate);
  const confirmed = selected === null ? null : confirmation(state, selected);
  const reported = scale.reports === "confirmed" && confirmed !== null ? confirmed : null;
  const counts = reported ?? selected;
  const anchors = counts?.anchors ?? null;
  return {
    attemptId: spec.attemptId,
    task: spec.task.name,
    pack: `${spec.task.pack}@${spec.task.version}`,
    tier: spec.task.tier,
    agent: spec.agent.name,
    sandbox: spec.sandbox,
    isolation: state.sandbox?.isolation ?? null,
    outcome: state.outcome,
    score:
      selected === null || counts === null
        ? null
        : {
            ...points(counts),
            unit: scale.unit,
            direction: scale.direction,
            kind: reported === null ? "selected" : "confirmed",
            selected: points(selected),
            confirmed: confirmed === null ? null : points(confirmed),
          },
    scores: state.scores.map(scoreLine),
    anchors: anchors === null ? null : { ...anchors, measured: scale.measuredAnchors },
    budget: {
      workingSeconds: state.budget.workingMs / 1000,
      wallSeconds: state.budget.wallMs / 1000,
      scoreCalls: state.budget.scoreCalls,
    },
    calibration: reportCalibration(state.calibration),
    ledger: {
      wall: ledger.upTo / 1000,
      ...Object.fromEntries(columns.map((column) => [column, ledger.spent[column] / 1000])),
    },
    pauses: state.pauses.map(({ reason, milliseconds }) => ({ reason, seconds: milliseconds / 1000 })),
    unattendedSeconds: state.unattendedMs / 1000,
    usage: { inputTokens: usage.inputTokens, outputTokens: usage.outputTokens, costUsd: usage.costUsd },
    reviews: state.reviews,
    journal,
  };
}

/**
 * The selected submission scored afresh. The starting solution needs no confirming: it is 0 by definition. A submission that did
 * not hold up on fresh data counts as the start; one whose confirmation failed through our fault has none.
 */
function confirmation(state: AttemptState, selected: ValidScoreEntry): ValidScoreEntry | null {
  if (selected.source === "start") return selected;
  if (state.confirmed === null || state.confirmed.status === "failed") return null;
  if (state.confirmed.status === "valid") return state.confirmed;
  const start = state.scores[0];
  return start?.status === "valid" ? start : null;
}

function reportCalibration(calibration: Calibration | null): ReportedCalibration | null {
  return calibration?.status === "measured" ? { ...calibration, clamped: isClamped(calibration) } : calibration;
}

const points = ({ raw, normalized }: ValidScoreEntry): Points => ({ raw, normalized });

function scoreLine(entry: ScoreEntry): ScoreLine {
  const common = { seq: entry.seq, workingSeconds: entry.workingMs / 1000, status: entry.status };
  return entry.status === "valid"
    ? { ...common, raw: entry.raw, normalized: entry.normalized }
    : { ...common, raw: null, normalized: null, reason: entry.reason };
}
