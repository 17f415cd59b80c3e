/** A time limit that does not run on while one waits for others. */
export interface TimeLimit {
  stop(): void;
  resume(): void;
}

export function timeLimit(milliseconds: number, onReached: () => void): TimeLimit {
  let left = milliseconds;
  let since = performance.now();
  let timer: NodeJS.Timeout | null = setTimeout(onReached, left);
  return {
    stop() {
      if (timer === null) return;
      clearTimeout(timer);
      timer = null;
      left -= performance.now() - since;
    },
    resume() {
      if (timer !== null) return;
      since = performance.now();
      timer = setTimeout(onReached, Math.max(0, left));
    },
  };
}
