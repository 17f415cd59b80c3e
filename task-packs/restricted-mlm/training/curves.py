"""Draws held-out loss over processor time, curves.svg, from curves.json.

    python3 curves.py

Standard library alone. curves.json: for each approach its name and points [processor minutes, nats a masked token].
"""

import json
from html import escape
from pathlib import Path

HERE = Path(__file__).parent
WIDTH, HEIGHT = 720, 400
LEFT, RIGHT, TOP, BOTTOM = 60, 200, 20, 50
COLOURS = ("#7a7a7a", "#b35c00", "#2b6cb0", "#1b7f4b", "#8a5bb0")


def main() -> None:
    curves = json.loads((HERE / "curves.json").read_text())["approaches"]
    points = [point for curve in curves for point in curve["points"]]
    most = max(minutes for minutes, _ in points) * 1.02
    low = min(loss for _, loss in points) - 0.1
    high = max(loss for _, loss in points) + 0.1

    def x(minutes: float) -> float:
        return LEFT + minutes / most * (WIDTH - LEFT - RIGHT)

    def y(loss: float) -> float:
        return TOP + (high - loss) / (high - low) * (HEIGHT - TOP - BOTTOM)

    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" font-family="sans-serif" font-size="12">',
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="white"/>',
    ]
    tick = 0.25
    level = round(low / tick + 0.5) * tick
    while level <= high:
        parts.append(f'<path d="M{LEFT} {y(level):.1f}H{WIDTH - RIGHT}" stroke="#e3e3e3"/>')
        parts.append(f'<text x="{LEFT - 8}" y="{y(level) + 4:.1f}" text-anchor="end">{level:.2f}</text>')
        level += tick
    for minutes in range(0, int(most) + 1, 5 if most < 60 else 20):
        parts.append(f'<text x="{x(minutes):.1f}" y="{HEIGHT - BOTTOM + 18}" text-anchor="middle">{minutes}</text>')
    parts.append(f'<path d="M{LEFT} {TOP}V{HEIGHT - BOTTOM}H{WIDTH - RIGHT}" stroke="#444" fill="none"/>')
    axis = "minutes of one hardware thread, training"
    parts.append(f'<text x="{(LEFT + WIDTH - RIGHT) / 2:.0f}" y="{HEIGHT - 12}" text-anchor="middle">{axis}</text>')
    middle = (TOP + HEIGHT - BOTTOM) / 2
    label = "nats a masked token, held-out text"
    parts.append(f'<text x="16" y="{middle:.0f}" text-anchor="middle" transform="rotate(-90 16 {middle:.0f})">{label}</text>')
    for curve, colour in zip(curves, COLOURS):
        path = "L".join(f"{x(minutes):.1f} {y(loss):.1f}" for minutes, loss in curve["points"])
        parts.append(f'<path d="M{path}" stroke="{colour}" stroke-width="2" fill="none"/>')
        if len(curve["points"]) == 1:
            minutes, loss = curve["points"][0]
            parts.append(f'<circle cx="{x(minutes):.1f}" cy="{y(loss):.1f}" r="4" fill="{colour}"/>')
    for index, (curve, colour) in enumerate(zip(curves, COLOURS)):
        row = TOP + 14 + 20 * index
        parts.append(f'<rect x="{WIDTH - RIGHT + 14}" y="{row - 9}" width="12" height="10" fill="{colour}"/>')
        parts.append(f'<text x="{WIDTH - RIGHT + 32}" y="{row}">{escape(curve["name"])}</text>')
    (HERE / "curves.svg").write_text("\n".join([*parts, "</svg>"]) + "\n")


if __name__ == "__main__":
    main()
