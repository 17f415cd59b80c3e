import { mkdtemp, rm } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import {
  failedOutcome,
  tierResources,
  workspaceImage,
  type IsolationLevel,
  type LoadedTask,
  type MachineRate,
} from "@rebench/core";
import { withLease } from "@rebench/core/home";
import type { CommandResult, TierCalibration } from "@rebench/task-kit";
import { sandboxProvider } from "../host/providers.ts";
import { timingLeaseFile } from "../host/runtime-folder.ts";
import { openScoringSandbox } from "../scoring/scoring-sandbox.ts";
import { readRate } from "./read-rate.ts";

export interface MeasureRateOptions {
  readonly isolation: IsolationLevel;
  /** Host folders that the sandbox must not be able to read. */
  readonly protectedPaths: readonly string[];
  readonly signal: AbortSignal;
  readonly onProgress: (message: string) => void;
}

let count = 0;

/**
 * Runs the tier's calibration command once, in a fresh sandbox of the image that agents work in, while nothing else here scores a time.
 * What goes wrong is an outcome with blame.
 */
export async function measureRate(loaded: LoadedTask, options: MeasureRateOptions): Promise<MachineRate> {
  const { calibration } = loaded.tier;
  if (calibration === undefined) throw new TypeError(`${loaded.reference.name} has no calibration`);
  const { signal, onProgress } = options;
  const what = `how fast this machine is, in ${calibration.unit}`;
  try {
    const onWait = (): void => onProgress(`waiting for a scoring of a time, to measure ${what}`);
    return await withLease({ file: timingLeaseFile(), signal, onWait }, async () => {
      onProgress(`measuring ${what}`);
      return readRate(await runCommand(loaded, calibration, options), calibration);
    });
  } catch (error) {
    if (signal.aborted) return failed("host", "host.calibration-stopped", "stopped before it was measured");
    const { blame, code, message } = failedOutcome(error);
    return failed(blame === "pack" || blame === "sandbox" ? blame : "host", code, message);
  }
}

async function runCommand(
  loaded: LoadedTask,
  { files, argv, timeoutSeconds }: TierCalibration,
  { isolation, protectedPaths, signal }: MeasureRateOptions,
): Promise<CommandResult> {
  const directory = await mkdtemp(path.join(os.tmpdir(), "rebench-calibration-"));
  try {
    const id = `calibration-${process.pid}-${(count += 1)}`;
    const sandbox = await openScoringSandbox(await sandboxProvider(isolation), {
      id,
      labels: { run: "calibration", attempt: id },
      purpose: "scoring",
      resources: tierResources(loaded.tier),
      image: workspaceImage(loaded),
      directory,
      protectedPaths,
      relay: false,
    });
    const close = (): void => void sandbox.close().catch(() => undefined);
    signal.addEventListener("abort", close, { once: true });
    try {
      signal.throwIfAborted();
      for (const relative of files) await sandbox.copyIn(loaded.packPath(relative), relative);
      const environment = { PYTHONDONTWRITEBYTECODE: "1" };
      return await sandbox.run({ argv, user: "harness", timeoutSeconds, environment });
    } finally {
      signal.removeEventListener("abort", close);
      await sandbox.close();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

const failed = (blame: "pack" | "host" | "sandbox", code: string, message: string): MachineRate => ({
  status: "failed",
  blame,
  code,
  message,
});
