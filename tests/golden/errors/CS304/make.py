"""Builds `program.csc` and cuts it off."""

from pathlib import Path

from support.builds import built


def make(folder: Path) -> None:
    (folder / "program.cbp").write_bytes(built(folder / "program.csc")[:-40])
