import { describe, expect, it } from "vitest";
import { runConformance, type ConformanceOptions } from "./run-check.ts";

/**
 * Every point of `rebench pack check` as a test of its own, in the pack's own vitest. The check runs once, while tests are collected, so
 * the file awaits it at its top level:
 *
 * ```js
 * await conformance({ pack: path.resolve(import.meta.dirname, "..") });
 * ```
 */
export async function conformance(options: ConformanceOptions): Promise<void> {
  const { checks, skipped } = await runConformance(options);
  describe("rebench pack check", () => {
    it.each(checks)("$id", ({ ok, message, fix }) => expect(ok, `${message}\n  fix: ${fix}`).toBe(true));
    for (const { id, reason } of skipped) it(id, (context) => context.skip(reason));
  });
}
