/** Why something cannot be taken: it is not there, or it is a link or something else that is not what it has to be. */
export type NotTaken = "missing" | "refused";

/** The files that a submission is captured from, wherever they are. Nothing here follows a link. Whatever throws is not the agent's fault. */
export interface SubmissionSource {
  /** The folder at these names below the solution folder. */
  enter(parts: readonly string[]): Promise<SourceFolder | NotTaken>;
}

/** A folder that stays the same one whatever happens to its name. */
export interface SourceFolder {
  /** At most `limit` entries; a name that is not UTF-8 is null. */
  list(limit: number): Promise<ReadonlyArray<{ readonly name: string | null; readonly isFolder: boolean }> | NotTaken>;
  openFolder(name: string): Promise<SourceFolder | NotTaken>;
  /** Refused where it cannot be opened, such as a link or a socket. */
  openFile(name: string): Promise<SourceFile | NotTaken>;
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
