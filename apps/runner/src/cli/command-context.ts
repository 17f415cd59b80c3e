/** What every command is handed instead of reaching for the process: where it writes and where it stands. */
export interface CommandContext {
  readonly workingDirectory: string;
  /** `none` is text for people; `object` prints one JSON object at the end; `lines` streams events as JSON lines. */
  readonly json: "none" | "object" | "lines";
  /** Writes a line meant for a person: to standard output, or to standard error when that carries JSON. */
  say(line: string): void;
  /** Replaces the line last shown this way, on a terminal; nothing elsewhere. */
  showProgress(line: string): void;
  /** Writes one JSON value to standard output, over several lines unless these are JSON lines. */
  print(value: unknown): void;
  /** Writes one JSON value to standard output as a line of its own. */
  printLine(value: unknown): void;
  readonly columns: number;
  /** Colours for a terminal; the text itself elsewhere and under `NO_COLOR`. */
  readonly style: Style;
}

type Paint = (text: string) => string;

export interface Style {
  readonly dim: Paint;
  readonly bold: Paint;
  readonly good: Paint;
  readonly bad: Paint;
}
