import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { ExecutionResult } from "@rebench/core";
import { expect, it, vi } from "vitest";
import { commandFolder } from "./command-files.ts";
import { createCommands } from "./commands.ts";
import type { SupervisorConfiguration } from "./configuration.ts";
import type { FirstProcess } from "./tree/first-process.ts";

it("tells of a command's end, also where the result cannot be stored", async () => {
  const directory = mkdtempSync(join(tmpdir(), "rebench-commands-"));
  const log = vi.spyOn(console, "error").mockImplementation(() => undefined);
  const user = { cwd: "/", environment: {} };
  const configuration = {
    directory,
    users: { agent: user, harness: user },
    recipe: { limit: [], become: { agent: [], harness: [] }, membership: { kind: "namespace" } },
    traces: { name: "test" },
  } as unknown as SupervisorConfiguration;
  const first = { enter: [] } as unknown as FirstProcess;
  const ended = await new Promise<[string, ExecutionResult]>((resolve) => {
    const commands = createCommands({
      configuration,
      first,
      onTimeout: () => undefined,
      onExit: (id, result) => resolve([id, result]),
    });
    commands.start({ argv: ["rm", "-r", commandFolder(directory, "0001")], user: "agent" });
  });
  expect(ended).toMatchObject(["0001", { exitCode: 0 }]);
  expect(log).toHaveBeenCalledOnce();
  rmSync(directory, { recursive: true, force: true });
});
