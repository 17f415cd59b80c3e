/**
 * Draws a pack's published human attempts, score by time, from its `baselines/full.json` into `baselines/full.svg` beside it.
 *
 *     tsx scripts/human-attempts-figure.ts task-packs/fix-embedding task-packs/restricted-mlm
 */
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";

const width = 760;
const height = 400;
const plot = { left: 70, right: 24, top: 64, bottom: 62 };
const dot = 5;
const ticks = [4, 8, 16, 32, 64, 128];

/** What is drawn of a baselines file; `rebench pack check` judges the rest. */
interface HumanBaselines {
  readonly source: string;
  readonly conditions: { readonly network: string; readonly timeLimitMinutes: number };
  readonly attempts: readonly { readonly id: string; readonly normalized: number; readonly minutes: number }[];
}

interface Scale {
  readonly from: number;
  readonly to: number;
}
type Attempt = HumanBaselines["attempts"][number];
interface Place {
  readonly attempt: Attempt;
  readonly x: number;
  readonly y: number;
}

const hoursOf = ({ minutes }: Attempt): number => minutes / 60;
const xOf = (hours: number): number =>
  plot.left + ((Math.log2(hours) - 1.75) / (7.35 - 1.75)) * (width - plot.left - plot.right);
const yOf = (score: number, { from, to }: Scale): number =>
  height - plot.bottom - ((score - from) / (to - from)) * (height - plot.top - plot.bottom);

/** Most attempts took eight hours: dots that would cover each other move aside, the lower ones first. */
function placed(attempts: readonly Attempt[], scale: Scale): Place[] {
  const places: Place[] = [];
  for (const attempt of attempts.toSorted((one, other) => one.normalized - other.normalized)) {
    const y = yOf(attempt.normalized, scale);
    const free = (x: number): boolean => places.every((other) => Math.hypot(other.x - x, other.y - y) > 2 * dot + 1);
    const home = xOf(hoursOf(attempt));
    const aside = Array.from({ length: 40 }, (_, step) => home + Math.ceil(step / 2) * (step % 2 === 0 ? -1 : 1) * 3);
    places.push({ attempt, y, x: aside.find(free) ?? home });
  }
  return places;
}

function text(x: number, y: number, content: string, more = ""): string {
  const safe = content.replaceAll("&", "&amp;").replaceAll("<", "&lt;");
  return `<text x="${x.toFixed(1)}" y="${y.toFixed(1)}" ${more}>${safe}</text>`;
}

function level(score: number, label: string, scale: Scale): string {
  const y = yOf(score, scale);
  return [
    `<line x1="${plot.left}" x2="${width - plot.right}" y1="${y.toFixed(1)}" y2="${y.toFixed(1)}" stroke="#555" stroke-dasharray="5 4"/>`,
    text(width - plot.right - 4, y - 6, label, 'text-anchor="end" fill="#555"'),
  ].join("\n");
}

function figure(name: string, { attempts, source, conditions }: HumanBaselines): string {
  const top = Math.max(1, ...attempts.map(({ normalized }) => normalized));
  const scale = { from: -0.1, to: Math.ceil(top * 4 + 0.6) / 4 };
  const steps = Array.from({ length: Math.floor(scale.to / 0.25) + 1 }, (_, step) => step / 4);
  const shown = steps.filter((step) => scale.to <= 1.6 || step % 0.5 === 0);
  const axis = height - plot.bottom;
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" font-family="Helvetica, Arial, sans-serif" font-size="13" role="img" aria-label="Score by time of ${attempts.length} published human attempts at ${name}">
<rect width="${width}" height="${height}" fill="#fff"/>
${text(plot.left, 26, `${name}, full tier: ${attempts.length} attempts by people`, 'font-size="17" font-weight="bold" fill="#111"')}
${text(plot.left, 46, `a dot is one attempt; limit ${conditions.timeLimitMinutes / 60} hours, where dots lie side by side; ${conditions.network} and language models allowed`, 'font-size="12" fill="#555"')}
${shown.map((step) => `<line x1="${plot.left}" x2="${width - plot.right}" y1="${yOf(step, scale).toFixed(1)}" y2="${yOf(step, scale).toFixed(1)}" stroke="#e6e6e6"/>\n${text(plot.left - 8, yOf(step, scale) + 4, String(step), 'text-anchor="end" fill="#333"')}`).join("\n")}
${level(0, "start", scale)}
${level(1, "METR's reference", scale)}
<line x1="${plot.left}" x2="${width - plot.right}" y1="${axis}" y2="${axis}" stroke="#333"/>
${ticks.map((hours) => `<line x1="${xOf(hours).toFixed(1)}" x2="${xOf(hours).toFixed(1)}" y1="${axis}" y2="${axis + 5}" stroke="#333"/>\n${text(xOf(hours), axis + 19, `${hours} h`, 'text-anchor="middle" fill="#333"')}`).join("\n")}
${text((plot.left + width - plot.right) / 2, axis + 36, "time from begin to end, breaks included (logarithmic)", 'text-anchor="middle" fill="#333"')}
<text transform="translate(22 ${(plot.top + axis) / 2}) rotate(-90)" text-anchor="middle" fill="#333">normalised score</text>
${placed(attempts, scale)
  .map(
    ({ attempt, x, y }) =>
      `<circle cx="${x.toFixed(1)}" cy="${y.toFixed(1)}" r="${dot}" fill="#2a6fb0" fill-opacity="0.85" stroke="#fff"><title>${attempt.id}: ${attempt.normalized} after ${hoursOf(attempt).toFixed(1)} h</title></circle>`,
  )
  .join("\n")}
${text(plot.left, height - 8, source.split(";")[0] ?? source, 'font-size="11" fill="#777"')}
</svg>
`;
}

for (const pack of process.argv.slice(2)) {
  const folder = path.join(pack, "baselines");
  const baselines = JSON.parse(await readFile(path.join(folder, "full.json"), "utf8")) as HumanBaselines;
  await writeFile(path.join(folder, "full.svg"), figure(path.basename(path.resolve(pack)), baselines));
}
