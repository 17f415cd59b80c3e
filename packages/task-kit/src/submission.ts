/** One file, or one folder of files, that makes up a submission. */
export interface SubmissionEntry {
  /** Relative to `$REBENCH_SOLUTION`, POSIX separators, no `..`. */
  readonly path: string;
  readonly kind: "file" | "folder";
  readonly required: boolean;
  /** Bytes; a larger file (or folder, all files together) makes the submission invalid. */
  readonly maxBytes: number;
}

/**
 * Which files of the workspace are captured and scored. Only regular files are taken; links are never followed and make the
 * submission invalid, as do other kinds of file.
 */
export interface SubmissionContract {
  readonly entries: readonly SubmissionEntry[];
  /** Most files a captured submission may hold, folders included. */
  readonly maxFiles: number;
}

/** One captured file. */
export interface CapturedFile {
  /** Relative to the submission's folder, POSIX separators. */
  readonly path: string;
  readonly bytes: number;
  /** Hex SHA-256 of the content. */
  readonly sha256: string;
}

/** A submission after capture: a read-only copy on the host, out of the agent's reach. */
export interface CapturedSubmission {
  /** Absolute path on the host. */
  readonly directory: string;
  readonly files: readonly CapturedFile[];
  /** `sha256-` and the hex digest over the sorted list of paths and file digests. */
  readonly digest: string;
}
