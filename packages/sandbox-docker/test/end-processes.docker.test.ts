import { hostProcesses, token, until } from "@rebench/core/testing";
import { afterAll, expect, it } from "vitest";
import { createProvider } from "../src/provider.ts";
import { testProvider, testScope, withEngine } from "./engine.ts";
import { contextOf, removeFolders, run, specOf, using } from "./sandboxes.ts";

afterAll(removeFolders);

withEngine("where no more process fits in", () => {
  const scope = testScope("end");
  const context = contextOf();
  testProvider(scope);

  it("commands and everything of the agent are ended from outside", async () => {
    // As an engine answers when a container has no room for another process.
    let isFull = false;
    const full = createProvider(
      { scope },
      {
        engine: (engine) => ({
          ...engine,
          execs: {
            ...engine.execs,
            run: async (container, command) =>
              isFull ? { exitCode: 126, stdout: "", stderr: "" } : engine.execs.run(container, command),
          },
        }),
      },
    );
    await using(full, specOf(context), async (sandbox) => {
      const [agents, harnesss] = [token(), token()];
      const harness = await sandbox.exec({ argv: ["sleep", harnesss], user: "harness" });
      isFull = true;
      for (const end of ["at its limit", "by name", "all"] as const) {
        const timeoutMs = end === "at its limit" ? { timeoutMs: 300 } : {};
        const script = `setsid sleep ${agents} & trap "" TERM; sleep ${agents}`;
        const execution = await sandbox.exec({ argv: ["bash", "-c", script], user: "agent", ...timeoutMs });
        if (end !== "at its limit") await until("it runs", () => hostProcesses(agents).length >= 2);
        if (end === "by name") await execution.kill();
        if (end === "all") await sandbox.endProcesses();
        expect(await execution.wait()).toMatchObject({ exitCode: null, timedOut: end === "at its limit" });
        expect(hostProcesses(agents)).toEqual([]);
      }
      expect(hostProcesses(harnesss)).toHaveLength(1);
      expect(await run(sandbox, "echo after")).toMatchObject({ stdout: "after\n" });
      isFull = false;
      await harness.kill();
    });
  });
});
