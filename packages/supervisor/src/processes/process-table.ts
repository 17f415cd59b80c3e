import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { isGone, throwIfExhausted } from "./unreadable.ts";

/** One line of the process table. Times in seconds. */
export interface ProcessEntry {
  readonly pid: number;
  readonly ppid: number;
  readonly pgid: number;
  readonly sid: number;
  /** The kernel's letter: `R`, `S`, `D`, `T`, `t`, `Z`, `X` … */
  readonly state: string;
  /** Tells two processes apart that had the same pid. */
  readonly startTime: string;
  /** CPU time of its own, and of children that it has waited for. */
  readonly cpuSeconds: number;
  readonly residentBytes: number;
}

// USER_HZ and the page size as every Linux that Node runs on reports them; arm64 kernels with larger pages overcount nothing
// that matters here, since they report pages of that size and the limit errs to the safe side.
const ticksPerSecond = 100;
const pageBytes = 4096;

export function parseStat(text: string): ProcessEntry {
  const nameEnd = text.lastIndexOf(")");
  const pid = Number(text.slice(0, text.indexOf(" ")));
  const fields = text.slice(nameEnd + 2).split(" ");
  const number = (index: number): number => Number(fields[index]);
  return {
    pid,
    state: fields[0] ?? "X",
    ppid: number(1),
    pgid: number(2),
    sid: number(3),
    cpuSeconds: (number(11) + number(12) + number(13) + number(14)) / ticksPerSecond,
    startTime: fields[19] ?? "",
    residentBytes: number(21) * pageBytes,
  };
}

/** Null where the process is gone. `procRoot` is `/proc`, or the one of a PID namespace seen from outside. */
export function readProcess(pid: number, procRoot = "/proc"): ProcessEntry | null {
  try {
    return parseStat(readFileSync(`${procRoot}/${pid}/stat`, "latin1"));
  } catch (error) {
    throwIfExhausted(error);
    return process.platform === "linux" ? null : (readWithPs(["-p", String(pid)])[0] ?? null);
  }
}

export function readProcesses(procRoot = "/proc"): ProcessEntry[] {
  if (process.platform !== "linux") return readWithPs(["-A"]);
  return listNames(procRoot)
    .filter((name) => /^\d+$/.test(name))
    .map((name) => readProcess(Number(name), procRoot))
    .filter((entry) => entry !== null);
}

// The view through a PID namespace's first process goes with it, and so did everything in it.
function listNames(procRoot: string): string[] {
  try {
    return readdirSync(procRoot);
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

function readWithPs(selection: readonly string[]): ProcessEntry[] {
  try {
    const columns = "pid=,ppid=,pgid=,state=,rss=,lstart=";
    return execFileSync("ps", [...selection, "-o", columns], { encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] })
      .split("\n")
      .filter((line) => line.trim() !== "")
      .map((line) => {
        const [pid, ppid, pgid, state, kilobytes, ...started] = line.trim().split(/\s+/);
        return {
          pid: Number(pid),
          ppid: Number(ppid),
          pgid: Number(pgid),
          sid: Number(pgid),
          state: state?.[0] ?? "X",
          startTime: started.join(" "),
          cpuSeconds: 0,
          residentBytes: Number(kilobytes) * 1024,
        };
      });
  } catch {
    return [];
  }
}

export function isDead(entry: ProcessEntry): boolean {
  return entry.state === "Z" || entry.state === "X";
}

export function isStopped(entry: ProcessEntry): boolean {
  return entry.state === "T" || entry.state === "t";
}
