/** Ctrl-C once stops, twice aborts. */
export interface Interruption {
  readonly stop: AbortSignal;
  readonly abort: AbortSignal;
  dispose(): void;
}

/** Listens for SIGINT and SIGTERM; `onSignal` hears how many have come. */
export function listenForInterruption(onSignal: (count: number) => void): Interruption {
  const stop = new AbortController();
  const abort = new AbortController();
  let count = 0;
  const handle = (): void => {
    count += 1;
    onSignal(count);
    if (count === 1) stop.abort();
    else abort.abort();
  };
  const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;
  for (const signal of signals) process.on(signal, handle);
  return {
    stop: stop.signal,
    abort: abort.signal,
    dispose() {
      for (const signal of signals) process.off(signal, handle);
    },
  };
}
