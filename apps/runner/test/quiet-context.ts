import type { CommandContext } from "../src/cli/command-context.ts";

/** A command's view of a terminal that nobody looks at. */
export function quietContext(workingDirectory: string): CommandContext {
  const ignore = (): void => undefined;
  const plain = (text: string): string => text;
  return {
    workingDirectory,
    json: "none",
    columns: 100,
    style: { dim: plain, bold: plain, good: plain, bad: plain },
    say: ignore,
    showProgress: ignore,
    print: ignore,
    printLine: ignore,
  };
}
