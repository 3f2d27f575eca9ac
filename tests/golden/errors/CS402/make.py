"""Writes a source in Latin-1."""

from pathlib import Path


def make(folder: Path) -> None:
    (folder / "program.csc").write_bytes('flow main():\n    return "caf\u00e9"\n'.encode("latin-1"))
