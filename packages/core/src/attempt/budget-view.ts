import { advance } from "../events/ledger.ts";
import type { AttemptState } from "../events/attempt-state.ts";

/** What is left of an attempt's budget; null where there is no limit. */
export interface BudgetView {
  readonly workingSecondsUsed: number;
  readonly workingSecondsLeft: number;
  readonly wallSecondsLeft: number;
  readonly scoreCallsLeft: number;
  readonly tokensLeft: number | null;
  readonly costUsdLeft: number | null;
  readonly actionsLeft: number | null;
}

/** Milliseconds of working time left at `elapsedMs`; never below 0. */
export function workingMsLeft(state: AttemptState, elapsedMs: number): number {
  return Math.max(0, state.budget.workingMs - advance(state.ledger, elapsedMs).spent.working);
}

export function budgetView(state: AttemptState, elapsedMs: number): BudgetView {
  const { budget } = state;
  const working = workingMsLeft(state, elapsedMs);
  const { inputTokens, outputTokens, costUsd, actions } = state.usage;
  const tokens = inputTokens === null || outputTokens === null ? null : inputTokens + outputTokens;
  return {
    workingSecondsUsed: (budget.workingMs - working) / 1000,
    workingSecondsLeft: working / 1000,
    wallSecondsLeft: Math.max(0, budget.wallMs - elapsedMs) / 1000,
    scoreCallsLeft: Math.max(0, budget.scoreCalls - state.scoreCallsUsed),
    tokensLeft: left(budget.tokens, tokens),
    costUsdLeft: left(budget.costUsd, costUsd),
    actionsLeft: left(budget.actions, actions),
  };
}

const left = (limit: number | null, used: number | null): number | null =>
  limit === null || used === null ? null : Math.max(0, limit - used);
