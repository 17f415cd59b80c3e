import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { oneLine, terminalSafe } from "./terminal-safe.ts";

describe("terminalSafe", () => {
  it.each([
    ["\u001b[31mred\u001b[0m", "red"],
    ["\u001b]0;a title\u0007text", "text"],
    ["\u001b]8;;http://evil\u001b\\link\u001b]8;;\u001b\\", "link"],
    ["a\rb\u0008c\u009b2Jd", "abc2Jd"],
    ["tab\tand\nnewline – naïve ✓", "tab\tand\nnewline – naïve ✓"],
  ])("%j", (hostile, safe) => expect(terminalSafe(hostile)).toBe(safe));

  it("leaves no control character but tab and newline, whatever comes", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), (text) => {
        expect(terminalSafe(text)).not.toMatch(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/);
      }),
    );
  });
});

it("oneLine keeps a width", () => {
  expect(oneLine("two\nlines \u001b[1mand more", 12)).toBe("two lines a…");
  expect(oneLine("short", 12)).toBe("short");
});
