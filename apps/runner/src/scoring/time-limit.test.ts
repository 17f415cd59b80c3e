import { afterEach, beforeEach, expect, it, vi } from "vitest";
import { timeLimit } from "./time-limit.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it("counts only the time in which it runs", () => {
  const reached = vi.fn();
  const limit = timeLimit(1000, reached);
  vi.advanceTimersByTime(600);
  limit.stop();
  vi.advanceTimersByTime(5000);
  limit.resume();
  limit.resume();
  vi.advanceTimersByTime(399);
  expect(reached).not.toHaveBeenCalled();
  vi.advanceTimersByTime(1);
  expect(reached).toHaveBeenCalledOnce();
});
