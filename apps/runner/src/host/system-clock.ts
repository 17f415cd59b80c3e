import { setTimeout as sleep } from "node:timers/promises";
import type { Clock } from "@rebench/core";

export const systemClock: Clock = {
  epochMs: () => Date.now(),
  monotonicMs: () => Math.round(performance.now()),
  async sleep(ms, signal) {
    await sleep(ms, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
  },
};
