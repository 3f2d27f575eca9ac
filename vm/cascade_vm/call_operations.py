"""Operations that calls are made of: their arguments in forms, what a generator expression among them gave.

They work on values alone and are named in `cascade_vm.operations`; this file knows no flows.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from cascade_vm import choices
from cascade_vm.arguments import merge_keywords
from cascade_vm.errors import pass_on

__all__ = ["CALLEES", "OPERATIONS", "EndedBy"]

_bind = choices.OPERATIONS["bind"][0]


def _bind_call(called: tuple[tuple[Any, ...], str], /, *arguments: object, **keywords: object) -> Any:
    """Operation ``bind`` for arguments in their forms. ``called``: what that wants, and what errors call the flow."""
    return _bind(called[0], arguments, keywords)


def _merge_keywords(named: dict[str, Any], more: object, callee: object) -> None:
    """``**more`` of a call, before what comes after it is evaluated; ``callee`` is what is called, or what errors name."""
    merge_keywords(named, more, lambda: callee)


class EndedBy:
    """A generator expression that gave some items, and then raised. Not a generator: a run that holds one can be saved."""

    __slots__ = ("error", "index", "items")

    def __init__(self, items: list[object], error: BaseException | None) -> None:
        self.items = items
        self.index = 0
        self.error = error

    def __iter__(self) -> EndedBy:
        return self

    def __next__(self) -> object:
        index = self.index
        if index < len(self.items):
            self.index = index + 1
            return self.items[index]
        error, self.error = self.error, None
        if error is None:
            raise StopIteration
        if type(error) is StopIteration:  # as it would leave a generator
            raise RuntimeError("generator raised StopIteration") from error
        pass_on(error)
        raise error


EndedBy.__name__ = EndedBy.__qualname__ = "generator"  # what Python's own messages call it


CALLEES: dict[str, Callable[[Any], str]] = {"bind_call": lambda called: str(called[1]), "error": lambda kind: f"{kind}()"}
"""Operations whose first argument says what is called, and how errors name that."""

OPERATIONS: dict[str, tuple[Callable[..., Any], int, int | None]] = {
    "bind_call": (_bind_call, 1, None), "ended_by": (EndedBy, 2, 2), "merge_keywords": (_merge_keywords, 3, 3),
}  # fmt: skip
"""Function, least and most arguments, by name."""
