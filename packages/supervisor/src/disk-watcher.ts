import { spawn } from "node:child_process";

export interface DiskWatchOptions {
  readonly folders: readonly string[];
  readonly limitMb: number;
  readonly isFrozen: () => boolean;
  readonly onExceeded: (usedMb: number) => void;
}

const shortestPauseMs = 1000;
// A look at many files takes long; it shall not take more than this part of a core.
const pausePerLook = 30;

/** Looks at the size of folders now and then. Returns what stops it. */
export function watchDisk(options: DiskWatchOptions): () => void {
  let stopped = false;
  let timer: NodeJS.Timeout;

  async function look(): Promise<void> {
    const startedAt = performance.now();
    if (!options.isFrozen()) {
      const usedMb = await measureMb(options.folders);
      if (!stopped && usedMb > options.limitMb) return options.onExceeded(Math.ceil(usedMb));
    }
    if (stopped) return;
    timer = setTimeout(() => void look(), shortestPauseMs + pausePerLook * (performance.now() - startedAt));
  }

  timer = setTimeout(() => void look(), shortestPauseMs);
  return () => {
    stopped = true;
    clearTimeout(timer);
  };
}

// `du` counts a file with several names once, follows no link and cannot be led out of the folder by a rename.
async function measureMb(folders: readonly string[]): Promise<number> {
  const child = spawn("du", ["-skx", "--", ...folders], { stdio: ["ignore", "pipe", "ignore"] });
  let output = "";
  child.stdout.setEncoding("utf8").on("data", (text: string) => (output += text));
  await new Promise<void>((resolve) => {
    child.once("close", () => resolve());
    child.once("error", () => resolve());
  });
  return output.split("\n").reduce((sum, line) => sum + (Number.parseInt(line, 10) || 0), 0) / 1024;
}
