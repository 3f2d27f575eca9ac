"""Operations that calls are made of: their arguments in forms, what a generator expression among them gave.

They work on values alone and are named in `cascade_vm.operations`; this file knows no flows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from cascade_vm import choices
from cascade_vm.arguments import merge_keywords
from cascade_vm.errors import pass_on

__all__ = ["CALLEES", "OPERATIONS"]

_bind = choices.OPERATIONS["bind"][0]


def _bind_call(called: tuple[tuple[Any, ...], str], /, *arguments: object, **keywords: object) -> Any:
    """Operation ``bind`` for arguments in their forms. ``called``: what that wants, and what errors call the flow."""
    return _bind(called[0], arguments, keywords)


def _merge_keywords(named: dict[str, Any], more: object, callee: object) -> None:
    """``**more`` of a call, before what comes after it is evaluated; ``callee`` is what is called, or what errors name."""
    merge_keywords(named, more, lambda: callee)


def _ended_by(items: list[object], error: BaseException) -> Iterator[object]:
    """A generator expression that gave some items, and then raised."""
    yield from items
    pass_on(error)
    raise error


CALLEES: dict[str, Callable[[Any], str]] = {"bind_call": lambda called: str(called[1]), "error": lambda kind: f"{kind}()"}
"""Operations whose first argument says what is called, and how errors name that."""

OPERATIONS: dict[str, tuple[Callable[..., Any], int, int | None]] = {
    "bind_call": (_bind_call, 1, None), "ended_by": (_ended_by, 2, 2), "merge_keywords": (_merge_keywords, 3, 3),
}  # fmt: skip
"""Function, least and most arguments, by name."""
