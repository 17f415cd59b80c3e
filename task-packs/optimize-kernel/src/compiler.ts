/** Name of the exported function and of the file that a submission consists of. */
export const submissionFile = "solution.c";

/** Tunes for the processor that scores; compilers name the option differently where the processor is an ARM. */
const tuning = process.arch === "arm64" ? "-mcpu=native" : "-march=native";

/** How every solution is compiled: start, reference, floor and submission alike. The instructions quote these. */
export const solutionFlags = ["-O3", tuning, "-std=gnu11", "-pthread", "-shared", "-fPIC"] as const;

/** Libraries go behind the sources. */
export const solutionLibraries = ["-lm"] as const;

export const harnessFlags = ["-O3", tuning, "-std=gnu11", "-D_GNU_SOURCE", "-pthread"] as const;

/** Seconds that one compilation may take. */
export const compileSeconds = 20;

/** Bytes of a compiled solution. */
export const libraryBytes = 8 * 2 ** 20;
