import { writeFileSync } from "node:fs";
import type { Reporter, SerializedError, TestModule } from "vitest/node";

/** What ./check needs to know about a test run; written as JSON. */
export interface Tally {
  readonly passed: number;
  readonly failed: number;
  readonly skipped: readonly SkippedTest[];
  /** Failures outside any test: a file that does not load, an unhandled rejection. */
  readonly broken: readonly string[];
}

export interface SkippedTest {
  readonly file: string;
  readonly name: string;
  readonly reason: string;
}

/** Counts tests, and keeps the reason that each skipped one gave (`ctx.skip("no GPU on this machine")`). */
export class TallyReporter implements Reporter {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  onTestRunEnd(modules: readonly TestModule[], unhandled: readonly SerializedError[]): void {
    let passed = 0;
    let failed = 0;
    const skipped: SkippedTest[] = [];
    const broken = unhandled.map((error) => `unhandled: ${error.message}`);
    for (const module of modules) {
      const file = module.relativeModuleId;
      broken.push(...module.errors().map((error) => `${file}: ${error.message}`));
      for (const suite of module.children.allSuites()) {
        broken.push(...suite.errors().map((error) => `${file}: ${suite.fullName}: ${error.message}`));
      }
      for (const test of module.children.allTests()) {
        const result = test.result();
        if (result.state === "passed") passed += 1;
        else if (result.state === "failed") failed += 1;
        else skipped.push({ file, name: test.fullName, reason: skipReason(test.options.mode, result) });
      }
    }
    const tally: Tally = { passed, failed, skipped, broken };
    writeFileSync(this.#file, JSON.stringify(tally));
  }
}

function skipReason(mode: string, result: { readonly state: string; readonly note?: string | undefined }): string {
  if (result.note !== undefined) return result.note;
  return mode === "todo" ? "to do" : result.state === "pending" ? "never ran" : "no reason given";
}
