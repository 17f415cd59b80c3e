/** What a pack may be at most; data belongs into assets. */
export interface PackLimits {
  /** Of the packed tarball. */
  readonly tarballBytes: number;
  /** Of all files together. */
  readonly unpackedBytes: number;
  readonly files: number;
}

export const packLimits: PackLimits = { tarballBytes: 256 * 2 ** 20, unpackedBytes: 2 ** 30, files: 20_000 };
