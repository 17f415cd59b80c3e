import { spawnSync } from "node:child_process";
import { writeFileSync } from "node:fs";
import { Resvg } from "@resvg/resvg-js";
import headless from "@xterm/headless";

// `pnpm picture FILE.png COMMAND…` runs a command in a real pseudo-terminal (util-linux `script`) and draws its last screen.

const columns = 112;
const rows = 60;
const cell = { width: 8.43, height: 18 };
const margin = 18;
const palette = {
  text: "#d5d8de",
  background: "#16181d",
  dim: "#7d8590",
  1: "#f2777a",
  2: "#8fce8b",
  3: "#e8c07d",
  4: "#7aa6f0",
  6: "#79c8c8",
};

type Terminal = InstanceType<typeof headless.Terminal>;

function run(command: readonly string[]): string {
  const line = `stty cols ${columns} rows ${rows}; ${command.map((word) => `'${word.replaceAll("'", "'\\''")}'`).join(" ")}`;
  return spawnSync("script", ["-qec", line, "/dev/null"], {
    encoding: "utf8",
    env: { ...process.env, TERM: "xterm-256color" },
  }).stdout;
}

function escape(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
}

function draw(terminal: Terminal): string {
  const buffer = terminal.buffer.active;
  const lines: string[] = [];
  for (let y = 0; y < buffer.length; y += 1) {
    const line = buffer.getLine(y);
    for (let x = 0; line !== undefined && x < columns; x += 1) {
      const found = line.getCell(x);
      const character = found?.getChars() ?? "";
      if (found === undefined || character.trim() === "") continue;
      const colour = found.isFgPalette()
        ? (palette[found.getFgColor() as 1] ?? palette.text)
        : found.isDim()
          ? palette.dim
          : palette.text;
      const weight = found.isBold() ? ' font-weight="bold"' : "";
      lines.push(
        `<text x="${margin + x * cell.width}" y="${margin + (y + 0.75) * cell.height}" fill="${colour}"${weight}>${escape(character)}</text>`,
      );
    }
  }
  const used = Array.from({ length: buffer.length }, (_, y) => y).filter(
    (y) => buffer.getLine(y)?.translateToString(true) !== "",
  );
  const height = ((used.at(-1) ?? 0) + 1) * cell.height + 2 * margin;
  const width = columns * cell.width + 2 * margin;
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><rect width="100%" height="100%" rx="8" fill="${palette.background}"/><g font-family="DejaVu Sans Mono, Menlo, monospace" font-size="14">${lines.join("")}</g></svg>`;
}

const [file, ...command] = process.argv.slice(2);
if (file === undefined || command.length === 0) throw new Error("usage: pnpm picture FILE.png COMMAND…");
const terminal = new headless.Terminal({ cols: columns, rows, scrollback: 0, allowProposedApi: true });
await new Promise<void>((resolve) => terminal.write(run(command), resolve));
writeFileSync(file, new Resvg(draw(terminal), { fitTo: { mode: "zoom", value: 2 } }).render().asPng());
