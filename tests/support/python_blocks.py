"""Random compound statements: conditions, loops with an end, ``try`` with all its suites, ``match``."""

from __future__ import annotations

from collections.abc import Callable

from support import python_comprehensions, python_statements
from support.python_expressions import condition, expression, grouped
from support.python_scope import Place, Writer

__all__ = ["block", "indented"]


def indented(lines: list[str]) -> list[str]:
    """One step to the right."""
    return [f"    {line}" for line in lines]


def block(writer: Writer, place: Place) -> list[str]:
    """Any of them."""
    return writer.one_of(_BLOCKS)(writer, place)


def _suite(writer: Writer, place: Place) -> list[str]:
    return indented(python_statements.suite(writer, place))


def _if(writer: Writer, place: Place) -> list[str]:
    lines = [f"if {condition(writer, place)}:", *_suite(writer, place.suite())]
    if writer.chance(0.3):
        lines += [f"elif {condition(writer, place)}:", *_suite(writer, place.suite())]
    return lines + (["else:", *_suite(writer, place.suite())] if writer.chance(0.4) else [])


def _for(writer: Writer, place: Place) -> list[str]:
    name = writer.target(writer.one_of(("int", "int", "any")))
    values = grouped(expression(writer, "list", place.deeper()))
    own, held, rest = writer.read("list", place), writer.read("dict", place), writer.target("list")
    target, iterable = writer.one_of((
        (name, f"{values}[:3]"), (name, f"range({writer.number(0, 3)})"), (name, values), (name, writer.read("str", place)),
        (f"{name}, {writer.target('any')}", f"enumerate({values}[:3])"), (f"{name}, *{rest}", f"zip({values}, 'abc')"),
        (name, python_comprehensions.generator(writer, place)), (f"{own}[0]", f"{values}[:2]"),
        (f"{held}['a'], {name}", f"{held}.items()"), (name, f"list({values})"),
        (name, writer.one_of(writer.iterators) if writer.iterators else "[1]"),
    ))  # fmt: skip
    return [f"for {target} in {iterable}:", *_suite(writer, place.suite(loop=True)), *_else(writer, place)]


def _while(writer: Writer, place: Place) -> list[str]:
    """A counter that nothing else touches ends it."""
    counter = writer.new("w")
    test = f"({counter} := {counter} + 1) < {writer.number(1, 4)}"
    if writer.chance(0.6):
        test += f" {writer.one_of(('and', 'and', 'and not'))} ({condition(writer, place)})"
    body = _suite(writer, place.suite(loop=True))
    return [f"{counter} = 0", f"while {test}:", *body, *_else(writer, place)]


def _else(writer: Writer, place: Place) -> list[str]:
    return ["else:", *_suite(writer, place.suite())] if writer.chance(0.3) else []


def _try(writer: Writer, place: Place) -> list[str]:
    lines = ["try:", *_suite(writer, place.suite())]
    handlers = writer.one_of((0, 1, 1, 1, 2))
    for number in range(handlers):
        lines += _handler(writer, place, last=number == handlers - 1)
    if handlers and writer.chance(0.3):
        lines += ["else:", *_suite(writer, place.suite())]
    if not handlers or writer.chance(0.4):
        final = place.suite(loop=place.in_loop and writer.chance(0.4), handler=False)
        lines += ["finally:", *_suite(writer, final)]
    return lines


def _handler(writer: Writer, place: Place, last: bool) -> list[str]:
    kinds = (
        "ValueError",
        "KeyError",
        "(IndexError, KeyError)",
        "LookupError",
        "TypeError",
        "ArithmeticError",
        "Mine",
        "ERRORS",
    )
    kind = writer.one_of(("Exception", "Exception", "Exception", *kinds)) if last else writer.one_of(kinds)
    if last and writer.chance(0.1):
        return ["except:", *_suite(writer, place.suite(handler=True))]
    if not writer.chance(0.5):
        return [f"except {kind}:", *_suite(writer, place.suite(handler=True))]
    name = writer.one_of(("e", "e", "e", writer.target("any")))
    use = writer.one_of(("print(repr({0}))", "v0 = str({0})", "t0 = {0}.args", "print({0}, isinstance({0}, LookupError))"))
    return [f"except {kind} as {name}:", f"    {use.format(name)}", *_suite(writer, place.suite(handler=True))]


_PATTERNS = (
    "0", "1 | 2", "-1", "'a'", "None", "[]", "[{a}]", "[{a}, {b}]", "({a}, *_)", "[{a}, *{c}]", "[*_, {a}, {b}]", "int({a})",
    "str()", "{{'a': {a}}}", "{{1: {a}, **{d}}}", "{{}}", "int() | str()", "[int({a}), [*{c}]]", "({a}, ({b}, _))", "list({c})",
    "[1 | 2 as {a}, *_]", "True", "tuple() as {b}", "[[{a}], *_] | [{a}, _]", "int() as {b}", "float() | bool()",
)  # fmt: skip


def _distinct(writer: Writer) -> dict[str, str]:
    """A pattern binds no name twice."""
    while True:
        names = [writer.one_of((writer.target(kind), writer.new("m"))) for kind in ("int", "any", "list", "dict")]
        if len({*names}) == 4:
            return dict(zip("abcd", names, strict=True))


def _match(writer: Writer, place: Place) -> list[str]:
    kind = writer.one_of(("any", "list", "int", "tuple", "dict"))
    lines = [f"match {expression(writer, kind, place)}:"]
    for _ in range(writer.number(1, 4)):
        names = _distinct(writer)
        pattern = writer.one_of(_PATTERNS).format(**names)
        guard = f" if {condition(writer, place)}" if writer.chance(0.3) else ""
        lines += indented([f"case {pattern}{guard}:", *_suite(writer, place.suite())])
    if writer.chance(0.5):
        lines += indented([writer.one_of(("case _:", f"case {writer.target('any')}:")), *_suite(writer, place.suite())])
    return lines


_BLOCKS: tuple[Callable[[Writer, Place], list[str]], ...] = (_if, _if, _for, _for, _for, _while, _try, _try, _try, _try, _match)
