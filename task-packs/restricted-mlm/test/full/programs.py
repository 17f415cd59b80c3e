"""Finds the tier's programs, which lie in several folders and share names."""

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

PACK = Path(__file__).parent.parent.parent
PREPARE = PACK / "container" / "full" / "workspace" / "prepare"


def program(folder: Path, name: str) -> ModuleType:
    """A module of a folder, and the modules beside it, without leaving any of their names to others."""
    beside = {file.stem for file in folder.glob("*.py")}
    hidden = {other: sys.modules.pop(other) for other in beside if other in sys.modules}
    sys.path.insert(0, str(folder))
    try:
        return importlib.import_module(name)
    finally:
        sys.path.remove(str(folder))
        for other in beside:
            sys.modules.pop(other, None)
        sys.modules.update(hidden)
