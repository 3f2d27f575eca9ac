"""Builds `program.csc` and changes one byte."""

from pathlib import Path

from support.builds import built


def make(folder: Path) -> None:
    data = bytearray(built(folder / "program.csc"))
    data[60] ^= 1
    (folder / "program.cbp").write_bytes(data)
