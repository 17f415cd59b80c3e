/** The files that a submission is captured from, wherever they are. Nothing here follows a link. */
export interface SubmissionSource {
  /** The folder at these names below the solution folder; null where one is missing. Throws for a link or something else on the way. */
  enter(parts: readonly string[]): Promise<SourceFolder | null>;
}

/** A folder that stays the same one whatever happens to its name. */
export interface SourceFolder {
  /** At most `limit` entries; a name that is not UTF-8 is null. */
  list(limit: number): Promise<ReadonlyArray<{ readonly name: string | null; readonly isFolder: boolean }>>;
  /** Null where it is missing; throws for what is no folder. */
  openFolder(name: string): Promise<SourceFolder | null>;
  /** Null where it is missing; throws for what cannot be opened, such as a link or a socket. */
  openFile(name: string): Promise<SourceFile | null>;
  close(): void;
}

/** A file as it was when it was opened. */
export interface SourceFile {
  readonly isRegular: boolean;
  readonly isExecutable: boolean;
  /** How many names it has. */
  readonly links: number;
  readonly bytes: number;
  /** Empty at its end. */
  read(position: number, length: number): Promise<Uint8Array>;
  close(): void;
}
