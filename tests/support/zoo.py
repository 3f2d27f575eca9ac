"""The bug zoo: miscompilations, each planted by replacing some words, which the differential tests have to catch.

They are faults that compilers and machines really have: an order that is wrong, an edge that is forgotten, a fact that is
believed too long. Each is a paragraph in ``tests/differential/zoo``::

    swapped operands
        in cascade_compiler.csc.expressions:_binary
        - step.span, left, frame.value(step.right)
        + step.span, frame.value(step.right), left
        with pass fold
        as bytes
        by operands are evaluated from left to right

``with`` names what is run beside the plain Blueprint, ``as`` what it is written down as, ``by`` the program that is tried
first, for it shows the bug: others are tried when it does not any more. When the words of one are no longer found, the code
has changed: plant the fault anew, do not drop it.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from support.plant import Edit

FOLDER = Path(__file__).parent.parent / "differential" / "zoo"
STAGES = {
    "front_end": "text", "lowering": "graph", "passes": "graph", "machine": "blueprint", "forms": "blueprint",
    "generated": "code",
}  # fmt: skip
"""From where on programs are compiled again to show a bug, by the file that it is in."""


class Bug(NamedTuple):
    name: str
    stage: str
    edits: tuple[Edit, ...]
    variants: tuple[str, ...]
    forms: tuple[str, ...]
    shown_by: tuple[str, ...]


def _parse_bug(stage: str, paragraph: str) -> Bug:
    name, *lines = paragraph.strip("\n").split("\n")
    edits: list[Edit] = []
    words: dict[str, list[str]] = {"with": [], "as": [], "by": []}
    old: list[str] = []
    new: list[str] = []
    for line in [*(line[4:] for line in lines), "in "]:
        sign, _, rest = line.partition(" ")
        if sign == "in":
            if edits:
                edits[-1] = edits[-1]._replace(old="\n".join(old), new="\n".join(new))
            edits.append(Edit(rest, "", ""))
            old, new = [], []
        else:
            {"-": old, "+": new, **words}[sign].append(rest)
    return Bug(name, stage, tuple(edits[:-1]), tuple(words["with"]), tuple(words["as"]), tuple(words["by"]))


def read_bugs() -> tuple[Bug, ...]:
    """All bugs of the zoo."""
    bugs: list[Bug] = []
    for file, stage in STAGES.items():
        paragraphs = (FOLDER / f"{file}.txt").read_text("utf-8").split("\n\n")
        bugs += (_parse_bug(stage, paragraph) for paragraph in paragraphs[1:])
    return tuple(bugs)


BUGS = read_bugs()
