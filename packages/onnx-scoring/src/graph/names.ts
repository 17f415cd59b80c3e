import { isPrintable } from "../printable.ts";
import { refuse } from "../refusal.ts";

const longestName = 1024;

/** Names come back in messages and go to the native runtime: bounded, and nothing but what can be printed. */
export function checkName(name: string, what: string): string {
  if (name.length > longestName)
    refuse("graph-bad-name", `the name of ${what} has more than ${longestName} characters`);
  if (!isPrintable(name)) refuse("graph-bad-name", `the name of ${what} has characters that cannot be printed`);
  return name;
}
