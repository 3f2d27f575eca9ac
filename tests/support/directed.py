"""Small programs that each hold one fact about the language, in ``tests/differential/directed``.

The first lines of a file say the fact, the arguments of flow ``main`` and what the flaky tasks do. CPython says what is right:
it runs the ``.py`` file beside the program, or the program itself, turned into Python word by word. They stand beside the
generated programs where a fault shows rarely, and each fault that was found gets one here.
"""

from __future__ import annotations

import re
from pathlib import Path

from support.compare import Example
from support.engines import Case
from support.model import Model, Printed
from support.oracle import UncertainError, make_arguments, run_python

FOLDER = Path(__file__).parent.parent / "differential" / "directed"
DIRECTED: dict[str, Path] = {path.stem.replace("_", " "): path for path in sorted(FOLDER.glob("*.csc"))}

_WORDS: tuple[tuple[str, str], ...] = (
    (r"^flow (.*)", r"def \1"),
    (r"\bloop:", "while True:"),
    (r"^( *)(.*: *)?fail$", r"\1\2raise"),
    (r"\bfail (.+)", r"raise failure(\1)"),
    (r"\bemit (.+)", r"emit(\1)"),
    (r"\bsleep (.+)", r"sleep(\1)"),
    (r"\bexcept:", "except Exception:"),
    (r"\bexcept (\w+(?:, \w+)+)", r"except (\1)"),
    (r"^const |^from .*", ""),
)


def to_python(csc: str) -> str:
    """Python for a program that uses only what can be said word by word; line by line."""
    rows = csc.split("\n")
    for pattern, into in _WORDS:
        rows = [re.sub(pattern, into, row) for row in rows]
    return "\n".join(rows)


def _header(text: str, word: str) -> str:
    found = re.search(rf"^# {word}: (.*)$", text, re.MULTILINE)
    return found[1] if found else ""


def directed_example(path: Path) -> Example:
    """The example, with what CPython says."""
    text = path.read_text("utf-8")
    own = path.with_suffix(".py")
    python = own.read_text("utf-8") if own.exists() else to_python(text)
    arguments = tuple(filter(None, _header(text, "arguments").split("; ")))
    script = tuple(_header(text, "script").split())
    model = Model((), (), arguments, script)
    try:
        oracle = run_python(model, Printed(text, python, list(range(python.count("\n") + 2))))
    except UncertainError:
        oracle = None
    if oracle is not None and own.exists():
        oracle = oracle.without("trail")
    return Example(text, Case(lambda: make_arguments(arguments), script), oracle)
