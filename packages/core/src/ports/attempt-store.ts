import type { AttemptSpec } from "../run/attempt-spec.ts";
import type { AttemptEvent, StampedEvent } from "../events/attempt-event.ts";

/** Number of lines and hash of the last line's bytes: what `run.json` keeps to tell whether a journal is whole. */
export interface JournalHead {
  readonly lines: number;
  /** Hex SHA-256. */
  readonly hash: string;
}

/** An append-only journal. An event is on disk, synced, when `append` resolves; appends keep their order. */
export interface AttemptJournal {
  append(event: AttemptEvent, stamp: { readonly at: number; readonly elapsedMs: number }): Promise<StampedEvent>;
  head(): JournalHead;
  close(): Promise<void>;
}

/** The folder of one attempt. Paths are absolute on the host. */
export interface AttemptFolder {
  readonly directory: string;
  readonly journalPath: string;
  readonly journal: AttemptJournal;
  /** A new empty folder below the attempt's, e.g. for a sandbox or a scoring. */
  makeFolder(name: string): Promise<string>;
  /** Path below the attempt's folder that does not exist yet. */
  newPath(name: string): string;
  remove(path: string): Promise<void>;
  /** Copies the submission that counts to `submission/`. */
  keepSubmission(directory: string): Promise<void>;
  /** Keeps bytes under their digest; returns the hex SHA-256. */
  putBlob(content: Uint8Array): Promise<string>;
}

export interface AttemptStore {
  /** Errors with code `home.attempt-exists` when the attempt already has a journal. */
  create(spec: AttemptSpec): Promise<AttemptFolder>;
  /** Opens an attempt that another process left; a torn last line is cut off first. The caller knows that nobody else appends. */
  reopen(spec: AttemptSpec): Promise<{ readonly folder: AttemptFolder; readonly removedBytes: number }>;
}
