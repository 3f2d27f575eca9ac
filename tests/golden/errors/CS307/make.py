"""Writes a file whose checksum is right and whose contents are not a program."""

from pathlib import Path

import msgspec
from support.sealing import seal


def make(folder: Path) -> None:
    (folder / "program.cbp").write_bytes(seal(msgspec.msgpack.encode(["a", "list"])))
