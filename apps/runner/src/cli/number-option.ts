import { RebenchError } from "@rebench/task-kit";

/** A whole number of at least 1. Errors with code `usage.number`. */
export function parseCount(text: string): number {
  const value = Number(text);
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new RebenchError({
    code: "usage.number",
    message: `${JSON.stringify(text)} is not a whole number of at least 1`,
    fix: "write e.g. 4",
  });
}

/** A number above 0. Errors with code `usage.number`. */
export function parseAmount(text: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && value > 0) return value;
  throw new RebenchError({
    code: "usage.number",
    message: `${JSON.stringify(text)} is not a number above 0`,
    fix: "write e.g. 2.5",
  });
}
