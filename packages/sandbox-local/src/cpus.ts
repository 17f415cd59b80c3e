import { readFileSync } from "node:fs";

/** CPUs that this process may use, from a list like `0-3,8`. */
export function parseCpuList(list: string): number[] {
  return list
    .trim()
    .split(",")
    .filter(Boolean)
    .flatMap((range) => {
      const [first = 0, last = first] = range.split("-").map(Number);
      return Array.from({ length: last - first + 1 }, (_, index) => first + index);
    });
}

/**
 * `taskset` for a sandbox that may use fewer CPUs than there are; nothing where it may use all. Which ones follows from its
 * name, so that sandboxes side by side spread out. A program can widen its own affinity again: this shares, it does not fence.
 */
export function cpuPrefix(cpus: number, name: string): string[] {
  if (process.platform !== "linux") return [];
  const allowed = parseCpuList(
    /^Cpus_allowed_list:\s+(.*)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? "",
  );
  const wanted = Math.max(1, Math.ceil(cpus));
  if (wanted >= allowed.length) return [];
  const start = [...name].reduce((sum, letter) => sum * 31 + letter.charCodeAt(0), 7) % allowed.length;
  const chosen = Array.from({ length: wanted }, (_, index) => allowed[(start + index) % allowed.length]);
  return ["taskset", "--cpu-list", chosen.join(",")];
}
