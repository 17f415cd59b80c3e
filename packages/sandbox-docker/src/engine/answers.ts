import { RebenchError } from "@rebench/task-kit";

/** The engine's HTTP status in an error; null where it did not answer at all. */
export function statusOf(error: unknown): number | null {
  if (!(error instanceof Error)) return null;
  if ("statusCode" in error && typeof error.statusCode === "number") return error.statusCode;
  return RebenchError.is(error) ? statusOf(error.cause) : null;
}

/** The same client, whose errors are no defects of the runner's or of an agent's. */
export function withBlame<T extends object>(client: T, address: string): T {
  const methods = Object.entries(client) as Array<[string, (...values: unknown[]) => Promise<unknown>]>;
  const blamed = methods.map(([name, method]) => [
    name,
    async (...values: unknown[]) => {
      try {
        return await method(...values);
      } catch (error) {
        throw engineError(error, address);
      }
    },
  ]);
  return Object.fromEntries(blamed) as T;
}

/** What a connection that could not be made, or broke, says. */
const connectionErrors = new Set(["EACCES", "ECONNREFUSED", "ECONNRESET", "ENOENT", "ENOTFOUND", "EPIPE", "ETIMEDOUT"]);

function engineError(error: unknown, address: string): unknown {
  if (RebenchError.is(error) || !(error instanceof Error)) return error;
  const { message } = error;
  if (statusOf(error) !== null) {
    return new RebenchError({
      code: "sandbox.engine-refused",
      message: `the container engine: ${message}`,
      cause: error,
    });
  }
  if (!("code" in error) || !connectionErrors.has(String(error.code))) return error;
  return new RebenchError({
    code: "sandbox.no-engine",
    message: `the container engine at ${address} does not answer: ${message}`,
    fix: "see whether it runs, then `rebench recover`",
    cause: error,
  });
}

/** Null where the engine says that there is no such thing. */
export async function orNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    if (statusOf(error) === 404) return null;
    throw error;
  }
}

/** For steps that may have been taken before: `statuses` mean that they were. */
export async function unless(statuses: readonly number[], work: Promise<unknown>): Promise<void> {
  try {
    await work;
  } catch (error) {
    const status = statusOf(error);
    if (status === null || !statuses.includes(status)) throw error;
  }
}
