import type { AttemptState } from "../events/attempt-state.ts";
import type { LoadedTask } from "../run/loaded-task.ts";
import { workspaceImage } from "../run/task-images.ts";
import type { Sandbox } from "../ports/sandbox.ts";
import { AttemptFailure } from "./attempt-failure.ts";
import type { AttemptPorts } from "./attempt-ports.ts";
import type { Recorder } from "./recorder.ts";
import { workingHere } from "./working-here.ts";

/** Starts the sandbox and lays out what the agent is given: the starting solution, the instructions, the background. */
export async function prepareSandbox(
  loaded: LoadedTask,
  ports: AttemptPorts,
  recorder: Recorder,
  signal: AbortSignal,
): Promise<Sandbox> {
  const { spec } = recorder.state();
  const directory = await ports.folder.makeFolder("sandbox");
  const sandbox = await ports.sandboxes.create(
    {
      id: spec.attemptId,
      labels: { run: spec.runId, attempt: spec.attemptId },
      purpose: "attempt",
      resources: spec.resources,
      directory,
      protectedPaths: ports.protectedPaths,
      relay: true,
      image: workspaceImage(loaded),
      egress: egressOf(loaded),
    },
    {
      signal,
      onProgress: (message) => void recorder.record({ type: "sandbox.progressed", message }).catch(() => undefined),
    },
  );
  const { isolation, guarantees, reference, observed } = sandbox;
  await recorder.record({
    type: "sandbox.started",
    isolation,
    guarantees,
    reference,
    ...(observed === undefined
      ? {}
      : { observed: { ...observed, layers: [...observed.layers], bases: [...observed.bases] } }),
  });
  try {
    if (loaded.tier.name === "full" && isolation === "none") {
      throw new AttemptFailure(
        "host",
        "sandbox.level-too-low",
        "full tiers refuse isolation level none; `rebench doctor` says what is missing",
      );
    }
    await layOut(sandbox, loaded, recorder.state());
  } catch (error) {
    await sandbox.destroy();
    throw error;
  }
  return sandbox;
}

/** Host names that the tier's conditions open; undefined for no network at all. */
function egressOf({ tier }: LoadedTask): readonly string[] | undefined {
  const { network } = tier.conditions;
  return network === "none" ? undefined : network.allow;
}

/** Puts everything in its place; doing it twice does no harm. */
export async function layOut(sandbox: Sandbox, loaded: LoadedTask, state: AttemptState): Promise<void> {
  const { layout } = sandbox;
  await sandbox.copyIn(loaded.packPath(loaded.tier.start), layout.solution, "agent");
  if (loaded.tier.background !== undefined) {
    await sandbox.copyIn(loaded.packPath(loaded.tier.background), `${layout.task}/background`, "harness");
  }
  const content = loaded.instructions + workingHere(loaded, state, layout);
  await sandbox.write([{ path: `${layout.task}/instructions.md`, content, mode: 0o644, owner: "harness" }]);
}
