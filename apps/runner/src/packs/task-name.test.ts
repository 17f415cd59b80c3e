import { expect, it } from "vitest";
import { parseTaskName, shortPackName } from "./task-name.ts";

it.each([
  ["optimize-kernel", { pack: "@rebench/pack-optimize-kernel", folder: null, task: null, version: null }],
  ["optimize-kernel/main", { pack: "@rebench/pack-optimize-kernel", folder: null, task: "main", version: null }],
  [
    "optimize-kernel/hidden_score@1.0.0",
    { pack: "@rebench/pack-optimize-kernel", folder: null, task: "hidden_score", version: "1.0.0" },
  ],
  ["@acme/pack-x/main@2.0.0-rc.1", { pack: "@acme/pack-x", folder: null, task: "main", version: "2.0.0-rc.1" }],
  ["@acme/pack-x", { pack: "@acme/pack-x", folder: null, task: null, version: null }],
  ["./packs/x#other", { pack: null, folder: "./packs/x", task: "other", version: null }],
  ["/packs/x", { pack: null, folder: "/packs/x", task: null, version: null }],
])("reads %s", (text, name) => expect(parseTaskName(text)).toEqual(name));

it.each(["", "a b", "Optimize", "a/b/c", "@", "@x", "x@", "a/../b"])("refuses %j", (text) => {
  expect(() => parseTaskName(text)).toThrow("is not a task name");
});

it("leaves out our own scope for people", () => {
  expect([shortPackName("@rebench/pack-optimize-kernel"), shortPackName("@acme/pack-x")]).toEqual([
    "optimize-kernel",
    "@acme/pack-x",
  ]);
});
