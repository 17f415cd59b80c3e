const marker = Symbol.for("rebench.error");

/** What every error of rebench says: a stable code, what was wrong and where, and how to put it right. */
export interface RebenchErrorOptions {
  /** Dotted and stable, e.g. `pack.not-found`; other programs may test against it. */
  readonly code: string;
  /** One sentence for a person: what was wrong, and where. */
  readonly message: string;
  /** One sentence that says what to do about it. */
  readonly fix?: string;
  readonly cause?: unknown;
}

/**
 * A user's mistake or a defect, as opposed to an outcome of an attempt (which is data, never thrown).
 *
 * Recognise it with {@link RebenchError.is}, not `instanceof`: two copies of this package in one process stay compatible.
 */
export class RebenchError extends Error {
  readonly code: string;
  readonly fix: string | undefined;
  readonly [marker] = true;

  constructor(options: RebenchErrorOptions) {
    super(options.message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = "RebenchError";
    this.code = options.code;
    this.fix = options.fix;
  }

  static is(value: unknown): value is RebenchError {
    return typeof value === "object" && value !== null && marker in value;
  }
}
