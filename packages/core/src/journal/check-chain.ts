import { emptyHead, nextHead } from "./line.ts";
import { parseLine } from "./parse-line.ts";
import type { JournalHead } from "../ports/attempt-store.ts";

/** Something that does not add up in a journal. */
export interface JournalProblem {
  readonly code:
    "journal.malformed" | "journal.chain-broken" | "journal.head-differs" | "journal.torn" | "journal.empty";
  /** 1-based line number. */
  readonly line: number;
  readonly message: string;
}

/** Checks the lines of a journal one after the other, holding none of them. */
export interface ChainCheck {
  readonly problems: readonly JournalProblem[];
  /** `complete` is false for a last line without its newline. */
  add(line: Uint8Array, complete: boolean): void;
  /** Compares with the head that `run.json` keeps; null while the attempt has none yet. */
  finish(expected: JournalHead | null): JournalHead;
}

export function checkChain(): ChainCheck {
  const problems: JournalProblem[] = [];
  let head = emptyHead;
  const report = (code: JournalProblem["code"], line: number, message: string): void => {
    problems.push({ code, line, message });
  };
  return {
    problems,
    add(line, complete) {
      const number = head.lines + 1;
      if (!complete) return report("journal.torn", number, `line ${number} is not finished`);
      const parsed = parseLine(new TextDecoder().decode(line));
      if (parsed.kind === "malformed") report("journal.malformed", number, `line ${number}: ${parsed.problem}`);
      else if (parsed.prev !== head.hash || parsed.event.seq !== head.lines) {
        const changed =
          head.lines === 0
            ? "it does not begin the journal"
            : `line ${head.lines} is not what it was when line ${number} was written`;
        report("journal.chain-broken", number, changed);
      }
      head = nextHead(head, line);
    },
    finish(expected) {
      if (head.lines === 0) report("journal.empty", 1, "the journal has no lines");
      if (expected !== null && (expected.lines !== head.lines || expected.hash !== head.hash)) {
        const message = `the journal ends with line ${head.lines} (${head.hash.slice(0, 12)}…), but run.json says line ${expected.lines} (${expected.hash.slice(0, 12)}…)`;
        report("journal.head-differs", head.lines, message);
      }
      return head;
    },
  };
}
