import { expect, test } from "vitest";
import { foreignFiles } from "./dependencies.ts";

test("system headers and the submission itself are fine", () => {
  const rule = [
    "solution.so: solution.c /usr/include/stdc-predef.h \\",
    " /usr/lib/gcc/x86_64-linux-gnu/12/include/immintrin.h \\",
    " /usr/include/x86_64-linux-gnu/bits/types.h \\",
    " /usr/lib/gcc/x86_64-linux-gnu/12/../../../../include/stdint.h",
  ].join("\n");
  expect(foreignFiles(rule)).toEqual([]);
});

test("anything else is foreign, however it is spelt", () => {
  const rule = [
    "solution.so: solution.c /etc/passwd ../anchors/reference.c \\",
    " /usr/lib/node_modules/pack/reference/mini/solution.c /usr/include/../lib/secret.c \\",
    " /home/a\\ b/include/x.h",
  ].join("\n");
  expect(foreignFiles(rule)).toEqual([
    "/etc/passwd",
    "../anchors/reference.c",
    "/usr/lib/node_modules/pack/reference/mini/solution.c",
    "/usr/include/../lib/secret.c",
    "/home/a b/include/x.h",
  ]);
});
