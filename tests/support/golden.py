"""Golden files: texts that a test compares, and that one command writes again. CI never writes."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


class Golden:
    """Compares texts with files. ``--write-golden`` makes it write them; in CI it refuses to."""

    def __init__(self, config: pytest.Config) -> None:
        self.writes = bool(config.getoption("--write-golden", default=False))
        if self.writes and os.environ.get("CI"):
            raise pytest.UsageError("golden files are not written in CI: look at the difference, write them, commit them")

    def check(self, path: Path, text: str) -> None:
        """The file holds this text."""
        if self.writes:
            if not path.exists() or path.read_text(encoding="utf-8") != text:
                path.write_text(text, encoding="utf-8")
            return
        assert path.exists(), f"there is no {path.name} yet: pytest tests/golden --write-golden"
        assert text == path.read_text(encoding="utf-8"), f"{path.name} differs: pytest tests/golden --write-golden"
