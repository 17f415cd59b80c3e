/** Where an instant of an attempt can go, in order of precedence. */
export const columns = ["setup", "queue", "paused", "scoring", "rateLimit", "working"] as const;
export type Column = (typeof columns)[number];

/** What is the case at an instant; several may be at once, and the first column in precedence gets the time. */
export interface LedgerFlags {
  readonly settingUp: boolean;
  readonly queued: boolean;
  readonly paused: boolean;
  readonly scoring: boolean;
  readonly rateLimited: boolean;
}

/** Whole milliseconds per column. Their sum is `upTo`, exactly, at every moment. */
export interface Ledger {
  readonly spent: Readonly<Record<Column, number>>;
  readonly flags: LedgerFlags;
  readonly upTo: number;
}

export const newLedger: Ledger = {
  spent: { setup: 0, queue: 0, paused: 0, scoring: 0, rateLimit: 0, working: 0 },
  flags: { settingUp: true, queued: false, paused: false, scoring: false, rateLimited: false },
  upTo: 0,
};

export function columnOf(flags: LedgerFlags): Column {
  if (flags.settingUp) return "setup";
  if (flags.queued) return "queue";
  if (flags.paused) return "paused";
  if (flags.scoring) return "scoring";
  if (flags.rateLimited) return "rateLimit";
  return "working";
}

/** Books the time since the last booking to the column in force. A clock that stepped back books nothing. */
export function advance(ledger: Ledger, elapsedMs: number): Ledger {
  const passed = elapsedMs - ledger.upTo;
  if (passed <= 0) return ledger;
  const column = columnOf(ledger.flags);
  return { ...ledger, spent: { ...ledger.spent, [column]: ledger.spent[column] + passed }, upTo: elapsedMs };
}

export function withFlags(ledger: Ledger, change: Partial<LedgerFlags>): Ledger {
  return { ...ledger, flags: { ...ledger.flags, ...change } };
}
