import { findMembers } from "./processes/members.ts";
import { readProcess } from "./processes/process-table.ts";
import { memberQuery, type SignalTarget } from "./tree/signals.ts";

/**
 * CPU seconds of a sandbox. The kernel adds a dead process's time to whoever waited for it, so the living ones, the first
 * process and what the supervisor itself waited for hold all of it, but for that of orphans,
 * which nobody waits for.
 */
export function createCpuMeter(target: SignalTarget): () => number {
  const waitedFor = (pid: number): number => readProcess(pid)?.cpuSeconds ?? 0;
  const reapedBySupervisor = (): number => {
    const { cpuUsage, entry } = { cpuUsage: process.cpuUsage(), entry: readProcess(process.pid) };
    return Math.max(0, (entry?.cpuSeconds ?? 0) - (cpuUsage.user + cpuUsage.system) / 1e6);
  };
  let last = 0;
  return () => {
    const living = findMembers(memberQuery(target, "all", "inside")).reduce((sum, entry) => sum + entry.cpuSeconds, 0);
    const first = target.first.namespaceInit ?? target.first.child.pid ?? 0;
    // Never backwards: between two looks a process can be in neither place.
    last = Math.max(last, living + waitedFor(first) + reapedBySupervisor());
    return last;
  };
}
