import picocolors from "picocolors";
import type { CommandContext } from "./command-context.ts";

/** Commands' view of the real terminal. */
export function terminalContext(json: string | boolean | undefined): CommandContext {
  const mode = json === undefined || json === false ? "none" : json === "lines" ? "lines" : "object";
  const people = mode === "none" ? process.stdout : process.stderr;
  const paint = picocolors.createColors(people.isTTY && process.env["NO_COLOR"] === undefined);
  let shown = false;
  const clear = (): void => {
    if (shown) people.write("\r\u001b[2K");
    shown = false;
  };
  return {
    workingDirectory: process.cwd(),
    json: mode,
    columns: people.columns ?? 100,
    style: { dim: paint.dim, bold: paint.bold, good: paint.green, bad: paint.red },
    say(line) {
      clear();
      people.write(`${line}\n`);
    },
    showProgress(line) {
      if (!people.isTTY) return;
      clear();
      if (line === "") return;
      people.write(line);
      shown = true;
    },
    printLine(value) {
      process.stdout.write(`${JSON.stringify(value)}\n`);
    },
    print(value) {
      process.stdout.write(`${mode === "lines" ? JSON.stringify(value) : JSON.stringify(value, null, 2)}\n`);
    },
  };
}
