"""Random calls of flows and of functions inside of flows, by position, name and star; and functions as arguments."""

from __future__ import annotations

from support import python_expressions
from support.python_scope import KINDS, Callee, Place, Writer

__all__ = ["call", "function"]


def call(writer: Writer, place: Place) -> str:
    """A call of something known."""
    callee = writer.one_of(writer.callees)
    return f"{callee.name}({', '.join(_arguments(writer, callee, place.deeper()))})"


def _arguments(writer: Writer, callee: Callee, place: Place) -> list[str]:
    given = ["n - 1"] if callee.fueled else []
    wrong = writer.chance(0.04)
    named, keywords = False, []
    for parameter in callee.parameters:
        name = parameter.strip("*=/")
        if parameter in ("/", "*"):
            named = parameter == "*" or named
            continue
        value = _value(writer, KINDS[name[0]], place)
        if parameter.startswith("**"):
            keywords += writer.one_of(([], [f"zz={value}"], [f"**{{'q': {value}}}"]))
        elif parameter.startswith("*"):
            given += [] if named else writer.one_of(([], [value], [f"*{_value(writer, 'list', place)}[:2]"]))
            named = True
        elif parameter.endswith("=") and writer.chance(0.4):
            named = True
        elif named or (writer.chance(0.25) and "/" not in callee.parameters):
            named = True
            keywords.append(f"{name}={value}" if writer.chance(0.8) else f"**{{'{name}': {value}}}")
        else:
            given.append(value if writer.chance(0.9) else f"*[{value}]")
    if wrong:
        keywords.append(writer.one_of(("zz=1", "**{'yy': 2}", "i0=1", "**{'l0': []}")))
        given += writer.one_of(([], [], ["1"], ["*[1, 2]"]))
    return [*given, *_distinct(keywords)]


def _distinct(keywords: list[str]) -> list[str]:
    """A keyword twice is no Python. Not by ``**`` either: where an error is handled, Python 3.11 raises a `KeyError` for it."""
    found: dict[str, str] = {}
    for keyword in keywords:
        name = keyword.split("'")[1] if keyword.startswith("**{'") else keyword.partition("=")[0]
        found.setdefault(name, keyword)
    return list(found.values())


def _value(writer: Writer, kind: str, place: Place) -> str:
    return python_expressions.expression(writer, kind, place)


def function(writer: Writer, place: Place) -> str:
    """A function that is used at once, as a key."""
    inside = place.within("x").deeper()
    plain = ("str", "abs", "lambda x: -x", "repr", "bool", "lambda x, k=i0: x * k")
    if place.depth <= 0 or writer.chance(0.4):
        return writer.one_of(plain)
    body = _value(writer, writer.one_of(("int", "int", "any")), inside)
    return f"lambda x{writer.one_of(('', '', ', *y', ', i1=2', ', k=l0, **z'))}: {body}"
