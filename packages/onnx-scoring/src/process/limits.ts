import { execFile } from "node:child_process";
import { existsSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { promisify } from "node:util";

const run = promisify(execFile);
const kilobyte = 2 ** 10;
const megabyte = 2 ** 20;
/** JavaScript's own share, megabytes: what a file is decoded into. */
const mostHeapMb = 512;

/** The kernel's limits of a process. Only Linux has them; elsewhere the watchdog is alone. */
const prlimit = ["/usr/bin/prlimit", "/bin/prlimit"].find((file) => existsSync(file));

export const nodeFlags = (memoryMb: number): readonly string[] => [
  `--max-old-space-size=${Math.min(mostHeapMb, memoryMb)}`,
  "--disable-warning=ExperimentalWarning",
];

/**
 * From now on a process writes no files, leaves no core dump, and gets no more than this much memory above what it has. Of that a Node
 * that does nothing holds a gigabyte, set aside and not used, so a limit that is set at its start would say little.
 */
export async function limitProcess(pid: number, memoryMb: number): Promise<void> {
  if (prlimit === undefined) return;
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  const data = /^VmData:\s+(\d+) kB$/m.exec(status)?.[1];
  if (data === undefined) return;
  await run(prlimit, [
    `--pid=${pid}`,
    `--data=${Number(data) * kilobyte + memoryMb * megabyte}`,
    "--core=0",
    "--fsize=0",
    "--nofile=256:256",
  ]);
}
