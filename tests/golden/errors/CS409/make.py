"""Builds `program.csc`; then the module changes the task that it calls."""

import sys
from pathlib import Path

from support.builds import built


def make(folder: Path) -> None:
    module = folder / "shop.py"
    module.write_text((folder / "shop.txt").read_text())
    (folder / "program.cbp").write_bytes(built(folder / "program.csc"))
    del sys.modules["shop"]
    module.write_text((folder / "changed.txt").read_text())
