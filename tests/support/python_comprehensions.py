"""Random comprehensions and generator expressions: nested, with conditions, over variables that shadow others."""

from __future__ import annotations

from support import python_expressions
from support.python_scope import Place, Writer

__all__ = ["comprehension", "generator"]

_NAMES = ("x", "y", "i0", "i1", "s0", "l1", "n1")


def generator(writer: Writer, place: Place) -> str:
    """``(… for …)`` of numbers."""
    return _written(writer, "({} {})", ("int",), place)


def comprehension(writer: Writer, kind: str, place: Place) -> str:
    """A list, or a dict."""
    if kind == "dict":
        return _written(writer, "{{{}: {} {}}}", ("str", "int"), place)
    which = writer.number(0, 9)
    if which == 0:
        return _written(writer, "sorted({{{} {}}})", ("int",), place)
    if which == 1:
        return f"list({generator(writer, place)})"
    if which == 2:
        return _written(writer, "[len({}) {}]", ("list",), place)
    return _written(writer, "[{} {}]", ("int",), place)


def _written(writer: Writer, form: str, kinds: tuple[str, ...], place: Place) -> str:
    clauses, inside = _clauses(writer, place)
    return form.format(*(python_expressions.expression(writer, kind, inside) for kind in kinds), clauses)


def _clauses(writer: Writer, place: Place) -> tuple[str, Place]:
    """Each iterable is written before its variables are in sight: the first sees what is outside."""
    inside, parts, first = place.within(), list[str](), True
    names = _all_names(writer)
    for target in names:
        around = place.iterable() if first else _named(inside, names).iterable()
        parts.append(f"for {target} in {_iterable(writer, target, around)}")
        first = False
        inside = inside.within(*(name.strip(" *()") for name in target.split(",")))
        for _ in range(writer.one_of((0, 0, 1, 1, 2))):
            parts.append(f"if {python_expressions.condition(writer, _named(inside, names))}")
    return " ".join(parts), inside


def _named(place: Place, targets: list[str]) -> Place:
    """All variables of a comprehension are its own everywhere in it, those that have no value yet included."""
    return place.within(*(name.strip(" *()") for target in targets for name in target.split(",")))


def _all_names(writer: Writer) -> list[str]:
    found = []
    for _ in range(writer.one_of((1, 1, 1, 2, 2, 3))):
        first, second = writer.one_of(_NAMES), writer.one_of(_NAMES)
        pair = first != second and writer.chance(0.2)
        found.append(writer.one_of((f"{first}, {second}", f"({first}, *{second})")) if pair else first)
    return found


def _iterable(writer: Writer, target: str, place: Place) -> str:
    if "," in target:
        value = python_expressions.grouped(python_expressions.expression(writer, "list", place))
        return writer.one_of((f"enumerate({value}[:3])", f"zip({value}, [1, 2, 3])", f"[({value}[:2])]", f"[(1, 2), {value}]"))
    kind = writer.one_of(("list", "list", "list", "tuple", "str"))
    value = python_expressions.grouped(python_expressions.expression(writer, kind, place))
    if writer.iterators and writer.chance(0.08):
        return writer.one_of(writer.iterators)
    return writer.one_of((f"{value}[:3]", f"{value}[:4]", f"range({writer.number(0, 4)})", f"{value}[:2]", "range(i2)"))
