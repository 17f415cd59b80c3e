/** Counts down only while it is not paused. */
export interface PausableTimer {
  pause(): void;
  resume(): void;
  cancel(): void;
}

// A longer delay would overflow Node's timer and fire at once.
const longestDelayMs = 2 ** 31 - 1;

export function createPausableTimer(delayMs: number, onEnd: () => void): PausableTimer {
  let remainingMs = delayMs;
  let startedAt = performance.now();
  let timer: NodeJS.Timeout | null = null;
  let over = false;

  function arm(): void {
    startedAt = performance.now();
    timer = setTimeout(
      () => {
        remainingMs -= performance.now() - startedAt;
        timer = null;
        if (remainingMs > 1) return arm();
        over = true;
        onEnd();
      },
      Math.min(remainingMs, longestDelayMs),
    );
  }

  arm();
  return {
    pause: () => {
      if (timer === null) return;
      clearTimeout(timer);
      timer = null;
      remainingMs = Math.max(0, remainingMs - (performance.now() - startedAt));
    },
    resume: () => {
      if (timer === null && !over) arm();
    },
    cancel: () => {
      over = true;
      if (timer !== null) clearTimeout(timer);
      timer = null;
    },
  };
}
