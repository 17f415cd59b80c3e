import { expect, test } from "vitest";
import { plainText } from "./plain-text.ts";

test("terminal escapes and control characters go, lines stay", () => {
  expect(plainText("\u001b[31merror\u001b[0m: a\tb\r\n\u001b]0;title\u0007next\u0000\n", 100)).toBe(
    "error: a\tb\nnext",
  );
});

test("long text is cut and says so", () => {
  expect(plainText("abcdef", 3)).toBe("abc …");
});
