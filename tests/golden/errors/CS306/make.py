"""Builds `program.csc` and appends a line."""

from pathlib import Path

from support.builds import built


def make(folder: Path) -> None:
    (folder / "program.cbp").write_bytes(built(folder / "program.csc") + b"more\n")
