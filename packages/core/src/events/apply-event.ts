import type { AttemptState, Usage } from "./attempt-state.ts";
import type { StampedEvent } from "./attempt-event.ts";
import { advance, columnOf, newLedger, withFlags, type LedgerFlags } from "./ledger.ts";

/**
 * The one fold from events to state, for the screen, the report, the index and whoever takes an attempt over.
 * The first event must be `journal.opened`; event types that this version does not know only let time pass.
 */
export function applyEvent(state: AttemptState | null, event: StampedEvent): AttemptState {
  if (state === null) return opened(event);
  return change(book(state, event.elapsedMs), event);
}

function book(state: AttemptState, elapsedMs: number): AttemptState {
  const ledger = advance(state.ledger, elapsedMs);
  const open = state.pauses.at(-1);
  if (open === undefined || columnOf(state.ledger.flags) !== "paused") return { ...state, ledger };
  const milliseconds = open.milliseconds + ledger.upTo - state.ledger.upTo;
  return { ...state, ledger, pauses: [...state.pauses.slice(0, -1), { ...open, milliseconds }] };
}

function opened(event: StampedEvent): AttemptState {
  if (event.type !== "journal.opened") throw new TypeError(`a journal begins with journal.opened, not ${event.type}`);
  return {
    spec: event.spec,
    startedAt: event.at,
    machine: event.machine ?? null,
    budget: event.spec.budget,
    calibration: null,
    phase: "preparing",
    ledger: newLedger,
    sandbox: null,
    agentRunning: false,
    agentOutcome: null,
    agentRemembers: undefined,
    scores: [],
    confirmed: null,
    captures: {},
    scoringsBegun: 0,
    scoreCallsUsed: 0,
    scoringProgress: null,
    pauses: [],
    unattendedMs: 0,
    usage: { inputTokens: 0, outputTokens: 0, costUsd: 0, actions: 0 },
    serviceCalls: {},
    notes: 0,
    reviews: [],
    outcome: null,
  };
}

function change(state: AttemptState, event: StampedEvent): AttemptState {
  switch (event.type) {
    case "machine.calibrated": {
      const { unit, rate, referenceRate, factor, workingMs, wallMs } = event;
      return {
        ...state,
        budget: { ...state.budget, workingMs, wallMs },
        calibration: { status: "measured", unit, rate, referenceRate, factor },
      };
    }
    case "calibration.failed": {
      const { blame, code, message } = event;
      return { ...state, calibration: { status: "failed", blame, code, message } };
    }
    case "sandbox.started":
      return {
        ...state,
        sandbox: {
          isolation: event.isolation,
          guarantees: event.guarantees,
          reference: event.reference,
          observed: event.observed ?? null,
        },
      };
    case "agent.started":
      return { ...flagged(state, { settingUp: false }), phase: "running", agentRunning: true };
    case "agent.remembered":
      return { ...state, agentRemembers: event.value };
    case "agent.ended":
      // What is left is ours to do, not the agent's: capturing and the last scores.
      return {
        ...flagged(state, { paused: false, scoring: true }),
        phase: "finishing",
        agentRunning: false,
        agentOutcome: event.outcome,
      };
    case "pause.started":
      return {
        ...flagged(state, { paused: true }),
        phase: "paused",
        pauses: [...state.pauses, { reason: event.reason, milliseconds: 0 }],
      };
    case "pause.ended":
      return { ...flagged(state, { paused: false }), phase: "running" };
    case "wait.started":
      return flagged(state, { rateLimited: true });
    case "wait.ended":
      return flagged(state, { rateLimited: false });
    case "scoring.started":
      return {
        ...flagged(state, { scoring: true }),
        phase: state.phase === "running" ? "scoring" : state.phase,
        scoringsBegun: state.scoringsBegun + 1,
        scoreCallsUsed: state.scoreCallsUsed + (event.purpose === "attempt" ? 1 : 0),
      };
    case "submission.captured": {
      const { digest, folder, files } = event;
      return { ...state, captures: { ...state.captures, [digest]: { digest, folder, files } } };
    }
    case "scoring.queued":
      return flagged(state, { queued: true });
    case "scoring.resumed":
      return flagged(state, { queued: false });
    case "scoring.progressed":
      return { ...state, scoringProgress: { message: event.message, fraction: event.fraction ?? null } };
    case "score.recorded":
      return { ...state, scores: [...state.scores, event.entry] };
    case "score.confirmed":
      return { ...state, confirmed: event.entry };
    case "scoring.ended":
      return {
        ...flagged(state, { scoring: state.phase === "finishing", queued: false }),
        phase: state.phase === "scoring" ? "running" : state.phase,
        scoringProgress: null,
      };
    case "service.called":
      return {
        ...state,
        serviceCalls: { ...state.serviceCalls, [event.service]: (state.serviceCalls[event.service] ?? 0) + 1 },
      };
    case "note.added":
      return { ...state, notes: state.notes + 1 };
    case "usage.added":
      return { ...state, usage: addUsage(state.usage, event) };
    case "runner.attached":
      return { ...state, unattendedMs: state.unattendedMs + event.unattendedMs };
    case "review.added": {
      const { verdict, normalized, reason, by, at } = event;
      return { ...state, reviews: [...state.reviews, { verdict, normalized, reason, by, at }] };
    }
    case "attempt.finished":
      return { ...state, phase: "finished", outcome: event.outcome, scoringProgress: null };
    default:
      return state;
  }
}

function flagged(state: AttemptState, change: Partial<LedgerFlags>): AttemptState {
  return { ...state, ledger: withFlags(state.ledger, change) };
}

function addUsage(usage: Usage, added: Usage): Usage {
  return {
    inputTokens: sum(usage.inputTokens, added.inputTokens),
    outputTokens: sum(usage.outputTokens, added.outputTokens),
    costUsd: sum(usage.costUsd, added.costUsd),
    actions: usage.actions + added.actions,
  };
}

const sum = (left: number | null, right: number | null): number | null =>
  left === null || right === null ? null : left + right;
