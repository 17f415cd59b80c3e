import { createHash } from "node:crypto";
import { open } from "node:fs/promises";
import { RebenchError, type Asset } from "@rebench/task-kit";

export interface DownloadOptions {
  readonly asset: Asset;
  /** Must not exist; the caller removes it when this fails. */
  readonly file: string;
  readonly onProgress: (message: string) => void;
  /** Seconds without a byte after which the address is given up. */
  readonly patienceSeconds?: number;
}

const systemErrors = new Set(["ENOSPC", "EDQUOT", "EACCES", "EROFS"]);

/** Downloads an asset, no byte more than it declares, and checks it. Errors with code `pack.asset-unavailable` or `pack.asset-mismatch`. */
export async function downloadAsset({ asset, file, onProgress, patienceSeconds = 60 }: DownloadOptions): Promise<void> {
  const silence = new AbortController();
  const give = (): void => silence.abort(new Error(`nothing came for ${patienceSeconds} s`));
  let timer = setTimeout(give, patienceSeconds * 1000);
  const hash = createHash("sha256");
  let bytes = 0;
  try {
    await using handle = await open(file, "wx", 0o600);
    const response = await fetch(asset.url, { signal: silence.signal });
    if (!response.ok || response.body === null) throw new Error(`it answers ${response.status}`);
    for await (const chunk of response.body) {
      clearTimeout(timer);
      timer = setTimeout(give, patienceSeconds * 1000);
      bytes += chunk.length;
      if (bytes > asset.bytes) throw mismatch(asset, `it has more than ${asset.bytes} bytes`);
      hash.update(chunk);
      await handle.writeFile(chunk);
      onProgress(`fetching ${asset.name}  ${Math.floor((100 * bytes) / asset.bytes)} %`);
    }
    if (bytes < asset.bytes) throw new Error(`it ends after ${bytes} of ${asset.bytes} bytes`);
    const digest = hash.digest("hex");
    if (digest !== asset.sha256) throw mismatch(asset, `its SHA-256 is ${digest}, not ${asset.sha256}`);
    await handle.sync();
  } catch (error) {
    if (RebenchError.is(error) || systemErrors.has(String((error as NodeJS.ErrnoException).code))) throw error;
    throw unavailable(asset, error);
  } finally {
    clearTimeout(timer);
    silence.abort();
  }
}

const instead = (asset: Asset): string =>
  `put a copy called ${asset.sha256} into a folder and name that folder with REBENCH_ASSETS`;

function mismatch(asset: Asset, reason: string): RebenchError {
  return new RebenchError({
    code: "pack.asset-mismatch",
    message: `what ${asset.url} answers is not the asset ${asset.name}: ${reason}`,
    fix: `ask the pack's author, or ${instead(asset)}`,
  });
}

function unavailable(asset: Asset, cause: unknown): RebenchError {
  const { message, cause: deeper } = cause as Error;
  const why = deeper instanceof Error && deeper.message !== "" ? `${message} (${deeper.message})` : message;
  return new RebenchError({
    code: "pack.asset-unavailable",
    message: `the asset ${asset.name} could not be fetched from ${asset.url}: ${why}`,
    fix: `try again, or ${instead(asset)}`,
    cause,
  });
}
