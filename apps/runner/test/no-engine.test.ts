import { describe, expect, it } from "vitest";
import { Bench, toyTask, type ErrorObject } from "./cli.ts";

const nowhere = { REBENCH_SANDBOX: "", DOCKER_HOST: "unix:///nowhere/docker.sock" };

describe("without a container engine", () => {
  it("auto takes the local sandbox", async () => {
    await using bench = await Bench.open(nowhere);
    const { value } = await bench.json("run", toyTask, "--agent", "nop", "--sandbox", "auto");
    expect(value.attempts[0]).toMatchObject({ sandbox: "local", outcome: { kind: "completed" } });
  });

  it("docker is an error that names what was tried", async () => {
    await using bench = await Bench.open(nowhere);
    const { code, value } = await bench.json<ErrorObject>("run", toyTask, "--agent", "nop", "--sandbox", "docker");
    expect({ code, value }).toMatchObject({ code: 5, value: { error: { code: "sandbox.no-engine" } } });
    expect(value.error.message).toContain("unix:///nowhere/docker.sock");
  });

  it("refuses a level of the local sandbox together with containers", async () => {
    await using bench = await Bench.open(nowhere);
    const both = ["--sandbox", "docker", "--isolation", "bwrap"];
    const { code, value } = await bench.json<ErrorObject>("run", toyTask, "--agent", "nop", ...both);
    expect({ code, value }).toMatchObject({ code: 2, value: { error: { code: "usage.isolation" } } });
  });
});
