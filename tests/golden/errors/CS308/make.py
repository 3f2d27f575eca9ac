"""Writes a file that is larger than a program may be."""

from pathlib import Path

from cascade_vm.codec import MAGIC
from cascade_vm.limits import BYTES


def make(folder: Path) -> None:
    with (folder / "program.cbp").open("wb") as file:
        file.write(MAGIC)
        file.truncate(BYTES + 100)
