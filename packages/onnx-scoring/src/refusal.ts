import { printable } from "./printable.ts";

/** What the submission did wrong; becomes a `refused` verdict and never leaves this package as an error. */
export class Refusal extends Error {
  readonly code: string;

  constructor(code: string, reason: string) {
    super(printable(reason, longestReason));
    this.name = "Refusal";
    this.code = code;
  }
}

const longestReason = 600;

export function refuse(code: string, reason: string): never {
  throw new Refusal(code, reason);
}
