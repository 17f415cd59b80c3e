import { readdirSync, readFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";

let last = Math.floor(Math.random() * 1e6) * 1000;

/** An argument for `sleep`, or a word in a script's comment, that no other process has: finds a process from outside. */
export function token(): string {
  return `86400.${process.pid}${++last}`;
}

export interface HostProcess {
  readonly pid: number;
  readonly state: string;
}

/** Living processes of the host, in whatever namespace, whose command line holds the token. */
export function hostProcesses(mark: string): HostProcess[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid)
    .flatMap((name) => {
      try {
        if (!readFileSync(`/proc/${name}/cmdline`, "latin1").includes(mark)) return [];
        const stat = readFileSync(`/proc/${name}/stat`, "latin1");
        const state = stat.slice(stat.lastIndexOf(")") + 2)[0] ?? "X";
        return state === "Z" || state === "X" ? [] : [{ pid: Number(name), state }];
      } catch {
        return [];
      }
    });
}

/** Waits until something is so; says what it waited for when it never was. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, withinMs = 5000): Promise<void> {
  const end = performance.now() + withinMs;
  while (performance.now() < end) {
    if (await holds()) return;
    await sleep(10);
  }
  throw new Error(`It did not come true that ${what}.`);
}
