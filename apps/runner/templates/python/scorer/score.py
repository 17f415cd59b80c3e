"""Scores 24 predictions against the hidden curve; the request comes as JSON on standard input."""

import json
import math
import sys

POINTS = 24
SMALLEST = 1e-6  # below this an error is as good as none, and its logarithm stays finite


def read_truth(path: str) -> list[float]:
    """Returns the curve's 24 values, in the order of the points."""
    with open(path, encoding="utf-8") as file:
        rows = file.read().strip().split("\n")[2:]
    return [float(row.split(",")[1]) for row in rows]


def score(text: str, truth: list[float]) -> dict[str, object]:
    """Returns a score result for the text of predictions.txt."""
    lines = text.strip().split("\n")
    if len(lines) != POINTS:
        return {"status": "invalid", "reason": f"predictions.txt has {len(lines)} lines, and must have {POINTS}"}
    predicted: list[float] = []
    for number, line in enumerate(lines, start=1):
        try:
            value = float(line)
        except ValueError:
            value = math.nan
        if not math.isfinite(value) or abs(value) > 1e100:
            return {"status": "invalid", "reason": f"line {number} of predictions.txt is no finite number"}
        predicted.append(value)
    error = math.sqrt(sum((mine - true) ** 2 for mine, true in zip(predicted, truth, strict=True)) / POINTS)
    return {"status": "valid", "raw": math.log(max(error, SMALLEST)), "message": f"off by {error:.2e}"}


if __name__ == "__main__":
    request = json.load(sys.stdin)
    with open(f"{request['submission']['path']}/predictions.txt", encoding="utf-8", errors="replace") as submission:
        print(json.dumps(score(submission.read(), read_truth("hidden/truth.csv"))))
