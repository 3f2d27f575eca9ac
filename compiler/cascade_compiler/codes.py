"""The codes of this room's diagnostics, CS201 to CS299, with a title each. It knows no text."""

from __future__ import annotations

from typing import Final

__all__ = ["CODES"]

CODES: Final[dict[str, str]] = {
    "CS201": "a name is declared twice in one file",
    "CS203": "an imported file can not be read",
    "CS204": "files import each other in a circle",
    "CS205": "there is no such Python module",
    "CS206": "a module has no task of that name",
    "CS207": "a file has no flow or constant of that name",
    "CS210": "a constant is not a constant expression",
    "CS211": "a constant can not be computed",
    "CS212": "a constant is mutable",
}
