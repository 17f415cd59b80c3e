import type { HomeLayout } from "@rebench/core/home";
import { RebenchError } from "@rebench/task-kit";

// SQLITE_ERROR (its table is another one), SQLITE_CORRUPT and SQLITE_NOTADB; the upper bits only say more.
const damageCodes = [1, 11, 26];

export function isDamage(error: unknown): boolean {
  if (error instanceof SyntaxError) return true;
  const { errcode } = (error ?? {}) as { errcode?: unknown };
  return typeof errcode === "number" && damageCodes.includes(errcode & 0xff);
}

/** Turns what SQLite says of a damaged file into an error with code `home.index-damaged`. */
export function explainDamage<T>(home: HomeLayout, work: () => T): T {
  try {
    return work();
  } catch (cause) {
    if (!isDamage(cause)) throw cause;
    throw new RebenchError({
      code: "home.index-damaged",
      message: `the index ${home.index} is damaged: ${(cause as Error).message}`,
      fix: "`rebench index rebuild` makes it again from what is stored; no result is lost",
      cause,
    });
  }
}
