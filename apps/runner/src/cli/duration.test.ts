import { expect, it } from "vitest";
import { parseDuration, showDuration } from "./duration.ts";

it("reads durations as milliseconds and refuses anything else", () => {
  expect(["5s", "30m", "8h", "1.5h"].map(parseDuration)).toEqual([5000, 1_800_000, 28_800_000, 5_400_000]);
  for (const text of ["", "5", "s", "-5s", "0s", "5d", "5 s", "1e3s"])
    expect(() => parseDuration(text), text).toThrow("is not a duration");
});

it("shows durations for people", () => {
  expect([0.04, 9.94, 12.4, 185, 3720].map(showDuration)).toEqual(["0.0 s", "9.9 s", "12 s", "3 m 05 s", "1 h 02 m"]);
});
