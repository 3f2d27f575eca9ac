"""Builds `program.csc` and does to it what a transfer as text does."""

from pathlib import Path

from support.builds import built


def make(folder: Path) -> None:
    (folder / "program.cbp").write_bytes(built(folder / "program.csc").replace(b"\r\n", b"\n"))
