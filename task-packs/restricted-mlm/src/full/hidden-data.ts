import type { ScoringContext } from "@rebench/task-kit";

/** Where the scoring image keeps what its data preparation made. */
const dataFolder = "/data";

/** What a scoring needs beside the submission. */
export interface HiddenData {
  /** Little-endian uint16 tokens of held-out documents. */
  readonly text: Uint8Array;
  /** ln of how often each token of the vocabulary occurs, as a share of all tokens. */
  readonly frequencies: Float32Array;
}

export interface HiddenDataOptions {
  readonly maxTextBytes: number;
  readonly vocabulary: number;
}

/** Takes the hidden data out of a container of the scoring image; nothing submitted is ever in it. */
export async function readHiddenData(context: ScoringContext, options: HiddenDataOptions): Promise<HiddenData> {
  const { maxTextBytes, vocabulary } = options;
  const sandbox = await context.openSandbox({ name: "data", memoryMb: 1024, pids: 64 });
  const files = ["validation.bin", "frequencies.bin"];
  const copied = await sandbox.run({
    argv: ["cp", ...files.map((name) => `${dataFolder}/${name}`), sandbox.directory],
    user: "harness",
    timeoutSeconds: 60,
  });
  if (copied.exitCode !== 0)
    throw new Error(
      `the scoring image has no data in ${dataFolder} (${copied.stderr.trim().slice(0, 300)}): this tier is scored in a container of container/full/scoring`,
    );
  const [text, frequencies] = await Promise.all([
    sandbox.read("validation.bin", { maxBytes: maxTextBytes }),
    sandbox.read("frequencies.bin", { maxBytes: 4 * vocabulary }),
  ]);
  await sandbox.close();
  if (frequencies.length !== 4 * vocabulary)
    throw new Error(`frequencies.bin has ${frequencies.length} bytes, not four for each of ${vocabulary} tokens`);
  return { text, frequencies: new Float32Array(Uint8Array.from(frequencies).buffer) };
}
