"""Builds `program.csc` and leaves it as it is."""

from pathlib import Path

from support.builds import built


def make(folder: Path) -> None:
    (folder / "program.cbp").write_bytes(built(folder / "program.csc"))
