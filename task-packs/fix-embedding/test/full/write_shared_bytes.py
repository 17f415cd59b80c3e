"""Writes cheats/full/shared-bytes: all tensors of the large model's names and shapes, in the bytes of the largest."""

import json
import math
import sys
from pathlib import Path

PACK = Path(__file__).parent.parent.parent
sys.path.insert(0, str(PACK / "scorer" / "full"))
from score import SUBMISSION, XL  # noqa: E402

header = {
    name: {"dtype": "F16", "shape": list(shape), "data_offsets": [0, 2 * math.prod(shape)]}
    for name, shape in XL.tensors().items()
}
text = json.dumps(header, separators=(",", ":")).encode()
(PACK / "cheats" / "full" / "shared-bytes" / SUBMISSION).write_bytes(
    len(text).to_bytes(8, "little") + text + bytes(1024)
)
