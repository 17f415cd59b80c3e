import { RebenchError } from "@rebench/task-kit";

const units = { s: 1000, m: 60_000, h: 3_600_000 } as const;

/** `5s`, `30m`, `8h`, also `1.5h`. Milliseconds. Errors with code `usage.duration`. */
export function parseDuration(text: string): number {
  const match = /^(?<amount>\d+(?:\.\d+)?)(?<unit>[smh])$/.exec(text);
  const amount = Number(match?.groups?.["amount"]);
  const unit = match?.groups?.["unit"] as keyof typeof units | undefined;
  if (unit === undefined || !(amount > 0)) {
    throw new RebenchError({
      code: "usage.duration",
      message: `${JSON.stringify(text)} is not a duration`,
      fix: "write a number and s, m or h: 5s, 30m, 8h",
    });
  }
  return Math.round(amount * units[unit]);
}

/** For people: `0.8 s`, `12 s`, `3 m 05 s`, `1 h 02 m`. */
export function showDuration(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)} s`;
  if (seconds < 60) return `${Math.round(seconds)} s`;
  const whole = Math.round(seconds);
  if (whole < 3600) return `${Math.floor(whole / 60)} m ${String(whole % 60).padStart(2, "0")} s`;
  return `${Math.floor(whole / 3600)} h ${String(Math.floor((whole % 3600) / 60)).padStart(2, "0")} m`;
}
