import { expect, it } from "vitest";
import { Bench, toyTask } from "./cli.ts";

it("the agent in examples/ uses service, score and submit, and beats the start", async () => {
  await using bench = await Bench.open();
  const { code, value } = await bench.json(
    ...["run", toyTask, "--agent", "command"],
    ...["--agent-files", "examples/bisecting-agent", "--command", "sh ~/agent/agent.sh"],
  );
  expect(code).toBe(0);
  expect(value.attempts[0]?.outcome).toEqual({ kind: "completed" });
  expect(value.attempts[0]?.score?.normalized).toBeCloseTo(0.241, 3);
});
