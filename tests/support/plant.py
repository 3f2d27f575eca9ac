"""Plants a fault in the code under test, for the length of a test: some words of a function are replaced by others.

The function keeps its identity and gets other code, so that everybody who has imported it is affected. A fault whose words
are no longer found fails loudly: it has to be planted anew when the code has changed.
"""

from __future__ import annotations
import __future__

import inspect
import sys
import textwrap
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from importlib import import_module
from types import CodeType, FunctionType
from typing import NamedTuple


class Edit(NamedTuple):
    """In ``module:function`` (or ``module:Class.method``) the words ``old`` become ``new``."""

    where: str
    old: str
    new: str


def find_function(where: str) -> FunctionType:
    """The function that is named."""
    module, path = where.split(":")
    found: object = import_module(module)
    for name in path.split("."):
        found = getattr(found, name)
    while hasattr(found, "__wrapped__"):
        found = found.__wrapped__
    if isinstance(found, property):
        found = found.fget
    assert isinstance(found, FunctionType), where
    return found


def _own_source(function: FunctionType) -> str:
    text = textwrap.dedent(inspect.getsource(function))
    lines = text.split("\n")
    first = next(number for number, line in enumerate(lines) if line.startswith(("def ", "async def ")))
    return "\n".join(lines[first:])


def edited_code(function: FunctionType, old: str, new: str) -> CodeType:
    """The function's code with some words replaced; they have to be there once."""
    source = _own_source(function)
    count = source.count(old)
    if count != 1:
        raise LookupError(f"{function.__module__}:{function.__qualname__} has {old!r} {count} times: plant the fault anew")
    names = function.__code__.co_freevars
    text = source.replace(old, new)
    if names:
        text = f"def outside({', '.join(names)}):\n" + textwrap.indent(text, "    ") + f"\n    return {function.__name__}\n"
    code = compile(
        text, f"<fault in {function.__qualname__}>", "exec", flags=__future__.annotations.compiler_flag, dont_inherit=True
    )
    while code.co_name != function.__name__:
        code = next(
            each for each in code.co_consts if isinstance(each, CodeType) and each.co_name in ("outside", function.__name__)
        )
    return code


@contextmanager
def planted(*edits: Edit) -> Iterator[None]:
    """The edits are made while this is open."""
    saved: list[tuple[FunctionType, CodeType]] = []
    try:
        for edit in edits:
            function = find_function(edit.where)
            code = edited_code(function, edit.old, edit.new)
            saved.append((function, function.__code__))
            function.__code__ = code
        yield
    finally:
        for function, code in reversed(saved):
            function.__code__ = code


@contextmanager
def replaced(table: dict[object, object], key: object, make: Callable[[object], object]) -> Iterator[None]:
    """An entry of a table is another while this is open."""
    before = table[key]
    table[key] = make(before)
    try:
        yield
    finally:
        table[key] = before


assert sys.version_info >= (3, 11), "code objects are replaced as CPython 3.11 allows"
