"""Makes a flow of a Python function and runs it on each engine.

The only file of the corpus that knows what a flow is.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any


class RefusalError(Exception):
    """The function was refused: (code, sentence) of each complaint."""

    def __init__(self, problems: list[tuple[str, str]]) -> None:
        super().__init__(problems)
        self.problems = problems


def make_flow(function: Callable[..., Any]) -> Any:
    return function


def engines_of(flow: Any) -> Mapping[str, Callable[..., object]]:
    if isinstance(flow, Exception):
        raise flow
    return {"CPython again": flow}
