import { expect, it } from "vitest";
import { Bench, toyTask } from "./cli.ts";

it("rebench pack check passes the example pack, in TypeScript and in Python", async () => {
  await using bench = await Bench.open();
  const { code, value } = await bench.json<{ ok: boolean; checks: { id: string; ok: boolean }[] }>(
    "pack",
    "check",
    toyTask,
    "--repeat",
    "2",
  );
  expect(value.checks.filter(({ ok }) => !ok)).toEqual([]);
  expect({ code, ok: value.ok }).toEqual({ code: 0, ok: true });
  expect(new Set(value.checks.map(({ id }) => id.split(".")[0]))).toEqual(new Set(["main", "python"]));
});
