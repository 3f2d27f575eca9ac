"""Random Python expressions by the kind of value that they mostly have. Some fail; none runs for ever or grows without end."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from support import python_calls, python_comprehensions
from support.python_rules import CONDITIONS, LITERALS, TEXTS
from support.python_scope import Place, Writer

__all__ = ["condition", "expression", "grouped"]


def expression(writer: Writer, kind: str, place: Place) -> str:
    """An expression of a kind: "int", "list", "str", "dict", "tuple" or "any"."""
    if writer.chance(0.02):
        kind = "any"
    if kind == "any":
        kind = writer.one_of(("int", "int", "list", "str", "dict", "tuple", "none"))
    if place.depth <= 0 or writer.chance(0.15):
        return writer.read(kind, place) if kind != "none" and writer.chance(0.75) else writer.one_of(LITERALS[kind])
    texts = TEXTS[kind]
    weight, other = _OTHERS.get(kind, (0, _fstring))
    at = writer.random.randrange(_WEIGHT * len(texts) + weight + _GENERAL)
    if at < _GENERAL:
        return _general(writer, kind, place)
    if at < _GENERAL + weight:
        return other(writer, place)
    return _filled(writer, place, texts[(at - _GENERAL - weight) // _WEIGHT])


def condition(writer: Writer, place: Place) -> str:
    """Something to test."""
    return grouped(_filled(writer, place.deeper(), writer.one_of(CONDITIONS)))


def grouped(text: str) -> str:
    """With parentheses, if it is not one thing already."""
    depth, quoted = 0, ""
    for letter in text:
        if letter in "'\"":
            quoted = "" if letter == quoted else (quoted or letter)
        elif not quoted:
            depth += (letter in "([{") - (letter in ")]}")
            if depth == 0 and letter in " -~":
                return f"({text})"
    return f"({text})" if text[:1].isdigit() else text


def _filled(writer: Writer, place: Place, text: str) -> str:
    """Capital letters in a rule stand for expressions of a kind."""
    parts: list[str] = []
    place = place.iterable() if " for " in text else place.deeper()
    for position, letter in enumerate(text):
        alone = not any(
            c.isalnum() or c in "_'" for c in text[max(0, position - 1) : position] + text[position + 1 : position + 2]
        )
        parts.append(_hole(writer, place, letter) if alone and letter in _HOLES else letter)
    return "".join(parts)


def _hole(writer: Writer, place: Place, letter: str) -> str:
    text = _HOLES[letter](writer, place)
    return text if letter in "WF" else grouped(text)


def _of(kind: str) -> Callable[[Writer, Place], str]:
    return lambda writer, place: expression(writer, kind, place)


def _walrus(writer: Writer, place: Place) -> str:
    kind = writer.one_of(("int", "int", "list"))
    name = writer.target(kind)
    value = expression(writer, kind, place)
    return value if place.in_iterable or name in place.inner or name not in writer.locals else f"{name} := {value}"


_HOLES: Mapping[str, Callable[[Writer, Place], str]] = {
    "I": _of("int"), "L": _of("list"), "S": _of("str"), "D": _of("dict"), "T": _of("tuple"), "A": _of("any"),
    "C": lambda writer, place: condition(writer, place) if place.depth > 0 else writer.read("int", place),
    "W": _walrus, "G": lambda writer, place: python_comprehensions.generator(writer, place),
    "E": lambda writer, _: str(writer.number(0, 99)), "F": lambda writer, place: python_calls.function(writer, place),
    "K": lambda writer, _: writer.one_of(("'a'", "'b'", "1", "2", "'zz'")),
    "R": lambda writer, place: writer.read("list", place), "M": lambda writer, place: writer.read("dict", place),
    "N": lambda writer, _: writer.one_of(writer.iterators) if writer.iterators else "iter([1, 2])",
}  # fmt: skip


def _general(writer: Writer, kind: str, place: Place) -> str:
    """What any kind of expression can be."""
    part = place.deeper()

    def same() -> str:
        return expression(writer, kind, part)

    which = writer.number(0, 9)
    if which == 0:
        return f"({same()} if {condition(writer, part)} else {same()})"
    if which == 1:
        return f"({same()} {writer.one_of(('and', 'or'))} {same()})"
    if which == 2:
        return f"ev({writer.number(0, 99)}, {same()})"
    if which == 3:
        return f"tk({same()})"
    if which == 4 and kind != "none":
        name = writer.target(kind)
        allowed = not place.in_iterable and name not in place.inner
        return f"({name} := {same()})" if allowed else same()
    if which == 5:
        return f"(lambda {writer.one_of(('x', 'i0', 'x=1, *y', 'v0, /'))}: {same()})({expression(writer, 'any', part)})"
    if which == 6:
        return f"[{same()}, {same()}][{writer.one_of(('0', '1', '-1', '2'))}]"
    if which == 7:
        return f"{{'a': {same()}, 1: {same()}}}[{writer.one_of(_KEYS)}]"
    return python_calls.call(writer, place) if writer.callees and writer.level < 2 else same()


_KEYS = ("'a'", "1", "1", "'a'", "'b'")


def _fstring(writer: Writer, place: Place) -> str:
    formats = ("", "!r", ":>5", ":{i0}", "!s:<4", ":03d", " = ", "!a")
    shown = writer.one_of(("int", "str", "list"))
    inner = expression(writer, shown, Place(1, place.inner, in_iterable=True)).replace("'", '"')
    if any(mark in inner for mark in ('"', "\\", "{", "lambda", ":")):
        inner = writer.read(shown, place)
    return f"f'<{{{inner}{writer.one_of(formats)}}}>'"


_WEIGHT, _GENERAL = 2, 18
_OTHERS: Mapping[str, tuple[int, Callable[[Writer, Place], str]]] = {
    "list": (8, lambda writer, place: python_comprehensions.comprehension(writer, "list", place)),
    "dict": (6, lambda writer, place: python_comprehensions.comprehension(writer, "dict", place)),
    "str": (10, _fstring),
}
