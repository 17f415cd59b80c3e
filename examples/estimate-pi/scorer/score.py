"""Scores one number by its distance from pi; the request comes as JSON on standard input."""

import json
import math
import sys


def score(text: str) -> dict[str, object]:
    """Returns a score result for the text of answer.txt."""
    try:
        value = float(text.strip())
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        return {"status": "invalid", "reason": "answer.txt must hold one finite decimal number"}
    error = abs(value - math.pi)
    return {"status": "valid", "raw": math.log(max(error, 2**-52)), "message": f"off by {error:.2e}"}


if __name__ == "__main__":
    request = json.load(sys.stdin)
    with open(f"{request['submission']['path']}/answer.txt", encoding="utf-8") as file:
        print(json.dumps(score(file.read())))
