import { existsSync } from "node:fs";

export interface ProcessLimits {
  /** Megabytes for the files and what is made of them, above what the process takes by itself. */
  readonly memoryMb: number;
}

const megabyte = 2 ** 20;
/** What Node and the native runtime take before anything is opened, with room for their threads. */
const idleMb = 320;
/** JavaScript's own share, for what a file is decoded into. */
const heapMb = 512;

/** Resident memory at which a process ends itself and says so. */
export const residentBytes = ({ memoryMb }: ProcessLimits): number => (memoryMb + idleMb) * megabyte;

/** In front of a process: the kernel refuses it more memory, files, and a core dump. Only Linux has this; elsewhere the watchdog is alone. */
export function limitPrefix({ memoryMb }: ProcessLimits): readonly string[] {
  const program = ["/usr/bin/prlimit", "/bin/prlimit"].find((file) => existsSync(file));
  if (program === undefined) return [];
  return [program, `--data=${(memoryMb + idleMb) * megabyte}`, "--core=0", "--fsize=0", "--nofile=256:256"];
}

export const nodeFlags = ({ memoryMb }: ProcessLimits): readonly string[] => [
  `--max-old-space-size=${Math.min(heapMb, memoryMb)}`,
  "--disable-warning=ExperimentalWarning",
];
