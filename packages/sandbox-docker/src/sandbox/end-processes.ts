import { setTimeout as sleep } from "node:timers/promises";
import type { SandboxUser } from "@rebench/core";
import { RebenchError } from "@rebench/task-kit";
import type { Engine } from "../engine/connect.ts";
import { program, users } from "../inside-paths.ts";
import { labels } from "../labels.ts";
import { sweepProfile } from "../profile/host-config.ts";

export interface EndingOptions {
  readonly engine: Engine;
  readonly container: string;
  readonly image: string;
  readonly scope: string;
  /** Whether the container is over, and with it every process. */
  readonly isOver: () => boolean;
}

const tries = 3;

/** Ends every process of a user. Errors with `sandbox.kill-failed`. */
export async function sweep(options: EndingOptions, user: SandboxUser): Promise<void> {
  if (await succeeds(options, user, ["sweep", "KILL"])) return;
  if (await sweepsFromOutside(options, user)) return;
  throw new RebenchError({ code: "sandbox.kill-failed", message: "Some processes did not end." });
}

/** Ends one command and what it started. Errors with `sandbox.kill-failed`. */
export async function endCommand(options: EndingOptions, user: SandboxUser, execution: string): Promise<void> {
  for (let left = tries; left > 0; left--) {
    if (await succeeds(options, user, ["end-command", execution])) return;
    await sleep(50);
  }
  // Where there is no room for that all of the user's commands are ended.
  if (await sweepsFromOutside(options, user)) return;
  throw new RebenchError({ code: "sandbox.kill-failed", message: "A command that had to end could not be ended." });
}

async function succeeds({ engine, container, isOver }: EndingOptions, user: SandboxUser, argv: readonly string[]) {
  try {
    const end = await engine.execs.run(container, { argv: [program, ...argv], user: users[user].name });
    return end.exitCode === 0;
  } catch {
    return isOver();
  }
}

/** An agent can leave no room for one more process. From another container it cannot, nor from its memory limit. */
async function sweepsFromOutside(options: EndingOptions, user: SandboxUser): Promise<boolean> {
  const { engine, container, image, scope, isOver } = options;
  const id = await engine.containers.create({
    Image: image,
    Cmd: [program, "sweep", "KILL"],
    User: users[user].name,
    WorkingDir: "/",
    Labels: { [labels.scope]: scope, [labels.role]: "sweep", [labels.of]: container },
    HostConfig: sweepProfile(container),
  });
  try {
    await engine.containers.start(id);
    return (await engine.containers.wait(id)) === 0 || isOver();
  } finally {
    await engine.containers.remove(id);
  }
}
