"""The table of opcodes in ``vm/README.md``, from the annotations, flags and docstrings of `opcodes`.

    python -m cascade_vm.reference vm/README.md      writes it anew

A test keeps the table up to date.
"""

from __future__ import annotations

import sys
from pathlib import Path

from cascade_vm import roles
from cascade_vm.opcodes import OPCODES, Instruction

__all__ = ["format_table", "replace_table"]

_BEGIN = "<!-- opcodes: python -m cascade_vm.reference vm/README.md -->\n"
_END = "<!-- end of opcodes -->\n"
_FLAGS = ("ends_block", "may_raise", "suspends", "pure", "copies", "unbinds", "binds")


def format_table() -> str:
    """The table, as Markdown."""
    rows = ["| no. | opcode | operands | meaning | flags |", "|---|---|---|---|---|"]
    rows += (_row(number, kind) for number, kind in enumerate(OPCODES))
    return "\n".join(rows) + "\n"


def _row(number: int, kind: type[Instruction]) -> str:
    operands = ", ".join(f"{name}: {role.name}" for name, role in roles.OPERANDS[kind])
    meaning = (kind.__doc__ or "").partition("\n")[0].replace("|", "\\|").replace("``", "`")
    flags = ", ".join(flag for flag in _FLAGS if getattr(kind, flag))
    return f"| {number} | `{roles.MNEMONICS[kind]}` | {operands} | {meaning} | {flags} |"


def replace_table(text: str) -> str:
    """``text`` with the table between its marks made anew; `ValueError` when the marks are missing."""
    before, begin, rest = text.partition(_BEGIN)
    _, end, after = rest.partition(_END)
    if not begin or not end:
        raise ValueError("the marks of the table are missing")
    return before + begin + format_table() + end + after


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(replace_table(path.read_text("utf-8")), "utf-8")
