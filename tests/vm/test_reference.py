"""The README of the machine room."""

from __future__ import annotations

import re
from pathlib import Path

from cascade_vm.reference import replace_table

README = Path(__file__).parents[2] / "vm" / "README.md"


def test_the_table_of_opcodes_is_up_to_date() -> None:
    """`python -m cascade_vm.reference vm/README.md` writes it anew."""
    text = README.read_text("utf-8")
    assert replace_table(text) == text


def test_the_example_runs() -> None:
    """As it stands."""
    (example,) = re.findall(r"```python\n(.*?)```", README.read_text("utf-8"), re.DOTALL)
    exec(example, {})


def test_the_files_exist() -> None:
    """Those that the README sends its readers to."""
    for name in re.findall(r"`(\w+\.py)`", README.read_text("utf-8")):
        assert (README.parent / "cascade_vm" / name).is_file(), name
