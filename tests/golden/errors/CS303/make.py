"""Builds `program.csc` and says that its format is a later one."""

from pathlib import Path

from support.builds import built


def make(folder: Path) -> None:
    data = built(folder / "program.csc")
    (folder / "program.cbp").write_bytes(data[:8] + (9).to_bytes(2, "big") + data[10:])
