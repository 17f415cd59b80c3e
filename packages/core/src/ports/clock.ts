/** Time as a port: the core never reads a clock of its own. */
export interface Clock {
  /** Milliseconds since 1970, whole. */
  epochMs(): number;
  /** Milliseconds of a clock that only goes forward, whole; its zero is arbitrary. */
  monotonicMs(): number;
  /** Resolves after `ms`, or at once when `signal` aborts. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}
