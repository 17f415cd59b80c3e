import { expect, it } from "vitest";
import { textTable } from "./table.ts";

it("keeps each row on its line and shows no escape sequence", () => {
  const lines = textTable(["a\u001b[31m", "b"], [["one\ntwo\u001b]0;title\u0007", "three\u009b2J"]]);
  expect(lines).toEqual(["a        b", "one two  three2J"]);
});
