import { z } from "zod";

/** A name that can be a file's: letters, digits, dots, dashes, none first but a letter or digit. */
const assetName = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/**
 * A file that is too large for an npm package: held-out data, a model's weights. The host downloads it once, checks it and keeps it by
 * its digest; a person may lay a private copy beside it instead. Agents never see it.
 */
export interface Asset {
  /** How scorers ask for it, and the name of the file that a Python scorer finds; unique in the tier. */
  readonly name: string;
  /** `https:` (or `http:`) address that answers with the bytes and nothing else. */
  readonly url: string;
  /** 64 hex digits. What the bytes are is decided by this alone, wherever they come from. */
  readonly sha256: string;
  /** Exact size; a download stops there. */
  readonly bytes: number;
  /** SPDX identifier, or where the terms are written. */
  readonly licence: string;
}

/** Judges what a pack declares. */
export const assetSchema = z.object({
  name: z.string().regex(assetName, "must be a file's name"),
  url: z.url({ protocol: /^https?$/ }),
  sha256: z.string().regex(/^[0-9a-f]{64}$/, "must be 64 hex digits"),
  bytes: z.number().int().positive(),
  licence: z.string().min(1),
});
