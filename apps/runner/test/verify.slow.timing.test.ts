import { cp } from "node:fs/promises";
import path from "node:path";
import { expect, it } from "vitest";
import { Bench } from "./cli.ts";
import { forgeJournal } from "./forge-journal.ts";

interface Verified {
  readonly verified: boolean | "hardware-differs";
  readonly problems: readonly { readonly code: string; readonly message: string }[];
  readonly rescored: readonly { readonly result: string; readonly tolerance: number }[];
}

it("a timed score holds within its tier's noise here, and is neither held nor denied on other hardware", async (context) => {
  await using bench = await Bench.open();
  const run = await bench.json("run", "optimize-kernel", "--agent", "reference");
  if (run.code === 5) context.skip(`no sandbox or compiler: ${run.stderr}`);
  const { runId } = run.value;
  const { code, value } = await bench.json<Verified>("verify", runId, "--rescore");
  expect({ code, verified: value.verified, problems: value.problems }).toEqual({
    code: 0,
    verified: true,
    problems: [],
  });
  expect(value.rescored.map(({ result }) => result)).toEqual(["within-noise", "within-noise"]);
  // Noise is 0.03; three standard deviations of a difference.
  expect(value.rescored[0]?.tolerance).toBeCloseTo(0.1273, 4);

  // As if it had been made elsewhere.
  const copy = path.join(bench.home, "copy");
  await cp(path.join(bench.home, "runs", runId), copy, { recursive: true });
  await forgeJournal(copy, (event) =>
    event.type === "journal.opened" && event.machine !== undefined
      ? { ...event, machine: { ...event.machine, cpu: "another processor" } }
      : event,
  );
  const elsewhere = await bench.json<Verified>("verify", copy, "--rescore");
  expect(elsewhere).toMatchObject({ code: 0, value: { verified: "hardware-differs" } });
  expect(elsewhere.value.problems.map((problem) => problem.code)).toEqual(["hardware.differs", "hardware.differs"]);
  expect(elsewhere.value.problems[0]?.message).toContain("another processor");

  // Three times as good as it was: no noise explains that.
  await forgeJournal(path.join(bench.home, "runs", runId), (event) =>
    event.type === "score.confirmed" && event.entry.status === "valid"
      ? { ...event, entry: { ...event.entry, normalized: event.entry.normalized * 3 } }
      : event,
  );
  const forged = await bench.json<Verified>("verify", runId, "--rescore");
  expect(forged).toMatchObject({ code: 6, value: { verified: false, problems: [{ code: "score.differs" }] } });
}, 300_000);
