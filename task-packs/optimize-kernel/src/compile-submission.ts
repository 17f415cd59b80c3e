import { RebenchError, type CommandResult, type ScoringContext, type ScoringSandbox } from "@rebench/task-kit";
import { compileSeconds, libraryBytes, solutionFlags, solutionLibraries, submissionFile } from "./compiler.ts";
import { foreignFiles } from "./dependencies.ts";
import { InvalidSubmission } from "./invalid.ts";
import { plainText } from "./plain-text.ts";

const library = "solution.so";
const dependencies = "solution.d";

/** A sandbox with the submission and nothing else. */
export async function openForCompiling(context: ScoringContext): Promise<ScoringSandbox> {
  const sandbox = await context.openSandbox({ name: "compile", memoryMb: 1024 });
  await sandbox.copyIn(`${context.submission.directory}/${submissionFile}`, submissionFile);
  return sandbox;
}

/** Compiles the submission and takes the library out of its sandbox. */
export async function compileSubmission(sandbox: ScoringSandbox): Promise<Uint8Array> {
  checkResult(await sandbox.run(command()));
  const foreign = foreignFiles(await readRule(sandbox));
  if (foreign[0] !== undefined) {
    throw new InvalidSubmission(
      "include",
      `${submissionFile} includes ${plainText(foreign[0], 200)}; only system headers can be included`,
    );
  }
  const library = await readLibrary(sandbox);
  await sandbox.close();
  return library;
}

function command() {
  return {
    argv: ["cc", ...solutionFlags, "-MD", "-MF", dependencies, submissionFile, "-o", library, ...solutionLibraries],
    user: "contestant" as const,
    timeoutSeconds: compileSeconds,
    environment: { LC_ALL: "C" },
  };
}

function checkResult(result: CommandResult): void {
  if (result.timedOut) throw new InvalidSubmission("compile-timeout", `compiling took more than ${compileSeconds} s`);
  if (result.outOfMemory) throw new InvalidSubmission("compile-memory", "the compiler ran out of memory");
  // 127: there is no compiler. Ours, and the anchors fail on it too.
  if (result.exitCode === 127) throw new Error("there is no C compiler `cc` in the scoring sandbox");
  if (result.exitCode !== 0) {
    throw new InvalidSubmission("compile", `${submissionFile} does not compile:\n${ownDiagnostics(result.stderr)}`);
  }
}

/** Only what the compiler says about the submission: an excerpt of another file could show what is not the agent's to read. */
function ownDiagnostics(stderr: string): string {
  const own = plainText(stderr, 100_000)
    .split("\n")
    .filter((line) => line.startsWith(`${submissionFile}:`));
  return plainText(own.join("\n"), 1500) || "the error lies in an included file, or the compiler was killed";
}

async function readRule(sandbox: ScoringSandbox): Promise<string> {
  return new TextDecoder().decode(await readBounded(sandbox, dependencies, 256 * 1024));
}

async function readLibrary(sandbox: ScoringSandbox): Promise<Uint8Array> {
  return readBounded(sandbox, library, libraryBytes);
}

async function readBounded(sandbox: ScoringSandbox, path: string, maxBytes: number): Promise<Uint8Array> {
  try {
    return await sandbox.read(path, { maxBytes });
  } catch (error) {
    if (RebenchError.is(error) && error.code === "sandbox.file-too-large") {
      throw new InvalidSubmission("compiled-size", `the compiled solution is larger than ${maxBytes / 2 ** 20} MiB`);
    }
    throw error;
  }
}
