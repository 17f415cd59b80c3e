import { readFile } from "node:fs/promises";
import path from "node:path";

const points = 24;
/** Below this an error is as good as none, and its logarithm stays finite. */
const smallest = 1e-6;

/** @type {(context: import("@rebench/task-kit").ScoringContext) => Promise<import("@rebench/task-kit").ScoreResult>} */
export async function score({ submission, packPath }) {
  const lines = (await readFile(path.join(submission.directory, "predictions.txt"), "utf8")).trim().split("\n");
  if (lines.length !== points)
    return { status: "invalid", reason: `predictions.txt has ${lines.length} lines, and must have ${points}` };
  const predicted = lines.map((line) => (line.trim() === "" ? NaN : Number(line)));
  const wrong = predicted.findIndex((value) => !(Math.abs(value) < 1e100));
  if (wrong !== -1) return { status: "invalid", reason: `line ${wrong + 1} of predictions.txt is no finite number` };

  const truth = await readTruth(packPath("hidden/truth.csv"));
  const squares = predicted.map((value, index) => (value - (truth[index] ?? NaN)) ** 2);
  const error = Math.sqrt(squares.reduce((sum, square) => sum + square, 0) / points);
  return { status: "valid", raw: Math.log(Math.max(error, smallest)), message: `off by ${error.toExponential(2)}` };
}

/** @param {string} file */
async function readTruth(file) {
  const rows = (await readFile(file, "utf8")).trim().split("\n").slice(2);
  return rows.map((row) => Number(row.split(",")[1]));
}
