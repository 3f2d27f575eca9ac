"""Documents whose examples are run: the ``python`` fences of a Markdown file, each with the ``text`` fence below it.

The fences of one ``##`` section are run one after the other and share their names, as the cells of a notebook do; those above
the first section are run before each of them. Each fence is a file of its own, so that flows find their source.
"""

from __future__ import annotations

import re
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from typing import NamedTuple

from cascade.errors import CascadeError

__all__ = ["Example", "examples_of", "run_section", "sections_of"]

FENCE = re.compile(r"^```python\n(.*?)^```\n(?:\n```text\n(.*?)^```\n)?", re.MULTILINE | re.DOTALL)


class Example(NamedTuple):
    """A fence: its line, its text and the output that stands below it ("" when nothing does)."""

    line: int
    text: str
    expected: str


def sections_of(path: Path) -> dict[str, list[Example]]:
    """The examples by the headings that they stand under; what comes first in a file is in every section."""
    text = path.read_text(encoding="utf-8")
    parts = re.split(r"^## (.*)\n", text, flags=re.MULTILINE)
    first, line = examples_of(parts[0], 1), 1 + parts[0].count("\n")
    found: dict[str, list[Example]] = {}
    for title, body in zip(parts[1::2], parts[2::2], strict=True):
        own = examples_of(body, line + 1)
        line += 1 + body.count("\n")
        if own:
            found[title] = [*first, *own]
    return found


def examples_of(text: str, first_line: int) -> list[Example]:
    """The fences of a part of a document."""
    return [Example(first_line + text.count("\n", 0, one.start()), one[1], one[2] or "") for one in FENCE.finditer(text)]


def run_section(examples: list[Example], folder: Path) -> list[str]:
    """What each fence printed, and the error that it ended with."""
    names: dict[str, object] = {"__name__": "example"}
    return [_run(example, folder / "example.py" if len(examples) == 1 else folder / f"line{example.line}" / "example.py", names)
            for example in examples]  # fmt: skip


def _run(example: Example, path: Path, names: dict[str, object]) -> str:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(example.text, encoding="utf-8")
    printed = StringIO()
    with redirect_stdout(printed):
        try:
            exec(compile(example.text, path, "exec", dont_inherit=True), names)
        except CascadeError as error:
            print(error)
        except Exception as error:
            print(f"{type(error).__name__}: {error}")
    return "\n".join(line.rstrip() for line in printed.getvalue().replace(str(path), path.name).splitlines()).rstrip()
