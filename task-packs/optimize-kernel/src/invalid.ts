const marker = Symbol("invalid submission");

/** Thrown inside the scorer only, where the submission is at fault; the scorer turns it into a result. */
export class InvalidSubmission extends Error {
  readonly [marker] = true;
  /** Stable, for programs. */
  readonly code: string;

  constructor(code: string, reason: string) {
    super(reason);
    this.name = "InvalidSubmission";
    this.code = code;
  }

  static is(value: unknown): value is InvalidSubmission {
    return typeof value === "object" && value !== null && marker in value;
  }
}
