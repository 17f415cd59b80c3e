"""Scores what the solutions had on their way, and draws it.

    python3 measure.py TRAILS START REFERENCE OFFSET

TRAILS is the folder that reference/solve/make.sh filled; START and REFERENCE are the tier's anchors, OFFSET what is taken off the loss.
Writes score-by-time.json and score-by-time.svg beside this file. Times are processor seconds of one thread.
"""

import json
import math
import sys
from pathlib import Path

import numpy
import torch

HERE = Path(__file__).parent
PACK = HERE.parent
sys.path.insert(0, str(PACK / "start" / "mini"))
from loss import loss_of  # noqa: E402
from model import LARGE  # noqa: E402
from weights import load  # noqa: E402

APPROACHES = {
    "adapter": ("the small model's table through a learned linear map (stays at 0)", "#c98a1b"),
    "fine-tune": ("fine-tuning the damaged model on the offered text (stays at 0)", "#b5483a"),
    "repair": ("rows matched, the turn trained through the frozen model, rows corrected", "#2b6cb0"),
}
LEAST = 0.02
WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 60, 20, 20, 110


def hidden_loss(path: Path) -> float:
    stored = numpy.fromfile(PACK / "hidden/mini/windows.bin", dtype="<u2").astype(numpy.int64)
    windows = torch.from_numpy(stored.reshape(-1, LARGE.context + 1))
    model = load(path, LARGE)
    with torch.no_grad():
        return sum(loss_of(model, part).item() * len(part) for part in windows.split(25)) / len(windows)


def curve(folder: Path, start: float, reference: float, offset: float) -> list[dict[str, float]]:
    """Best normalised score so far by processor seconds."""
    best, points = 0.0, [{"seconds": 1.0, "loss": math.nan, "best": 0.0}]
    for path in sorted(folder.glob("*.safetensors")):
        loss = hidden_loss(path)
        raw = math.log(max(loss - offset, LEAST))
        best = max(best, (raw - start) / (reference - start))
        points.append({"seconds": float(path.stem), "loss": round(loss, 4), "best": round(best, 4)})
    return points[1:]


def draw(curves: dict[str, list[dict[str, float]]]) -> str:
    """An SVG: normalised score over processor seconds, a logarithmic axis up to four hours."""
    last = 4 * 3600
    across = lambda seconds: LEFT + (WIDTH - LEFT - RIGHT) * math.log10(max(seconds, 1)) / math.log10(last)  # noqa: E731
    up = lambda score: HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * score / 1.2  # noqa: E731
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>',
    ]
    for score in (0, 0.25, 0.5, 0.75, 1.0):
        y = up(score)
        parts.append(f'<line x1="{LEFT}" x2="{WIDTH - RIGHT}" y1="{y:.1f}" y2="{y:.1f}" stroke="#ddd"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{score}</text>')
    for seconds, label in ((1, "1 s"), (10, "10 s"), (60, "1 min"), (600, "10 min"), (3600, "1 h"), (last, "4 h")):
        x = across(seconds)
        parts.append(f'<line x1="{x:.1f}" x2="{x:.1f}" y1="{TOP}" y2="{HEIGHT - BOTTOM}" stroke="#eee"/>')
        parts.append(f'<text x="{x:.1f}" y="{HEIGHT - BOTTOM + 16}" text-anchor="middle">{label}</text>')
    for row, (name, (label, colour)) in enumerate(APPROACHES.items()):
        points = curves.get(name, [])
        if points:
            steps = [(across(points[0]["seconds"]), up(0))]
            for point in points:
                steps += [(across(point["seconds"]), steps[-1][1]), (across(point["seconds"]), up(point["best"]))]
            line = " ".join(f"{x:.1f},{y:.1f}" for x, y in steps)
            parts.append(f'<polyline points="{line}" fill="none" stroke="{colour}" stroke-width="2"/>')
        y = HEIGHT - 50 + 18 * row
        parts.append(f'<line x1="{LEFT}" x2="{LEFT + 24}" y1="{y - 4}" y2="{y - 4}" stroke="{colour}" stroke-width="2"/>')
        parts.append(f'<text x="{LEFT + 32}" y="{y}">{label}</text>')
    middle = (LEFT + WIDTH - RIGHT) / 2
    parts.append(f'<text x="{middle}" y="{HEIGHT - BOTTOM + 36}" text-anchor="middle">processor seconds, one thread</text>')
    parts.append(f'<text x="16" y="{(HEIGHT - BOTTOM) / 2}" transform="rotate(-90 16 {(HEIGHT - BOTTOM) / 2})" text-anchor="middle">normalised score</text>')
    return "\n".join([*parts, "</svg>", ""])


def main(trails: Path, start: float, reference: float, offset: float) -> None:
    curves = {name: curve(trails / name, start, reference, offset) for name in APPROACHES if (trails / name).exists()}
    (HERE / "score-by-time.json").write_text(json.dumps(curves, indent=2) + "\n")
    (HERE / "score-by-time.svg").write_text(draw(curves))


if __name__ == "__main__":
    main(Path(sys.argv[1]), *map(float, sys.argv[2:5]))
