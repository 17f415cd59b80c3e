import { expect, it } from "vitest";
import { parsePackSpec } from "./pack-spec.ts";

it.each([
  ["optimize-kernel", { kind: "registry", name: "@rebench/pack-optimize-kernel", wanted: "*" }],
  ["optimize-kernel@^1", { kind: "registry", name: "@rebench/pack-optimize-kernel", wanted: "^1" }],
  ["@acme/pack-x@1.2.0", { kind: "registry", name: "@acme/pack-x", wanted: "1.2.0" }],
  ["@acme/pack-x@next", { kind: "registry", name: "@acme/pack-x", wanted: "next" }],
  ["npm:pack-x@1", { kind: "registry", name: "pack-x", wanted: "1" }],
  ["./pack-x-1.0.0.tgz", { kind: "tarball", path: "/work/there/pack-x-1.0.0.tgz" }],
  ["/packs/x", { kind: "folder", path: "/packs/x" }],
  ["../../x", { kind: "folder", path: "/x" }],
])("reads %s", (text, spec) => expect(parsePackSpec(text, "/work/there")).toEqual(spec));

it.each([
  "@acme/../../etc@1.0.0",
  "@acme/node_modules@1.0.0",
  "npm:node_modules",
  "@acme%2f..%2f..%2fetc",
  "UPPER CASE",
  "github:acme/pack-x",
  "git+https://example.org/pack.git",
  "https://example.org/pack.tgz",
  "a@npm:b@1",
])("refuses %s", (text) => {
  expect(() => parsePackSpec(text, "/work")).toThrow("names nothing that can be installed");
});
