"""Random Python statements: plain ones here, compound ones from `python_blocks`. A suite is a list of lines."""

from __future__ import annotations

from collections.abc import Callable

from support import python_blocks, python_functions
from support.python_expressions import condition, expression, grouped
from support.python_scope import Place, Writer

__all__ = ["suite"]


def suite(writer: Writer, place: Place, size: int | None = None) -> list[str]:
    """Some statements, at least one."""
    lines: list[str] = []
    for _ in range(writer.one_of((1, 1, 2, 2)) if size is None else size):
        lines += _statement(writer, place)
    return lines


def _statement(writer: Writer, place: Place) -> list[str]:
    if place.nesting < 3 and writer.chance(0.36):
        return python_blocks.block(writer, place)
    if writer.level < 2 and place.nesting < 3 and writer.chance(0.08):
        return python_functions.inner(writer, place)
    rules = [rule for rule, weight in _PLAIN for _ in range(weight)]
    return writer.one_of(rules)(writer, place)


def _expr(writer: Writer, kind: str, place: Place) -> str:
    return grouped(expression(writer, kind, place))


def _assign(writer: Writer, place: Place) -> list[str]:
    kind = writer.one_of(("int", "int", "int", "list", "list", "str", "dict", "tuple", "any"))
    value = _expr(writer, kind, place)
    if kind == "int" and writer.chance(0.3):
        value = f"({value}) % 101"
    if writer.chance(0.1):
        return [f"{writer.target(kind)}: int = {value}"]
    return [f"{writer.target(kind)} = {value}"]


def _chained(writer: Writer, place: Place) -> list[str]:
    kind = writer.one_of(("int", "list"))
    goals = [_goal(writer, kind, place) for _ in range(2)]
    return [f"{' = '.join(goals)} = {_expr(writer, kind, place)}"]


def _goal(writer: Writer, kind: str, place: Place) -> str:
    """What can be assigned: a name or a subscript, whose parts may have effects."""
    return writer.one_of((
        writer.target(kind), writer.target(kind),
        f"{writer.read('list', place)}[{_expr(writer, 'int', place.deeper())}]",
        f"{writer.read('dict', place)}[{_expr(writer, 'str', place.deeper())}]",
        f"ev({writer.number(0, 99)}, {writer.read('dict', place)})[{_expr(writer, 'str', place.deeper())}]",
    ))  # fmt: skip


def _augment(writer: Writer, place: Place) -> list[str]:
    kind = writer.one_of(("int", "int", "list", "str", "dict", "tuple"))
    name = writer.target(kind)
    if kind == "int":
        goal = _goal(writer, "int", place) if writer.chance(0.5) else name
        operator = writer.one_of(("+", "-", "*", "//", "%", "|", "&", "^", "/", ">>"))
        return [f"{goal} {operator}= {_expr(writer, 'int', place.deeper())}", *([f"{name} %= 101"] if goal == name else [])]
    if kind == "list":
        return [writer.one_of((
            f"{name} += {_expr(writer, 'list', place.deeper())}[:3]", f"{name} *= {writer.number(0, 1)}",
            f"{name}[{writer.number(0, 2)}:] += {_expr(writer, 'tuple', place.deeper())}[:2]",
            f"{name}[{writer.number(-2, 2)}] += {_expr(writer, 'int', place.deeper())}",
        ))]  # fmt: skip
    more = {"str": "[:4]", "dict": "", "tuple": "[:2]"}[kind]
    operator = "|" if kind == "dict" else "+"
    return [f"{name} {operator}= {_expr(writer, kind, place.deeper())}{more}"]


def _unpack(writer: Writer, place: Place) -> list[str]:
    first, second = writer.target("int"), writer.target(writer.one_of(("int", "str")))
    rest = writer.target("list")
    goal = _goal(writer, "int", place)
    left = writer.one_of((
        f"{first}, {second}", f"{first}, *{rest}", f"*{rest}, {first}", f"{first}, *{rest}, {second}", f"[{first}, {second}]",
        f"({first}, {second}), *{rest}", f"{goal}, {first}", f"{first}, {goal}", f"{first}, ({second}, *{rest})",
    ))  # fmt: skip
    right = writer.one_of((
        _expr(writer, "list", place), _expr(writer, "tuple", place), _expr(writer, "str", place), f"{second}, {first}",
        f"{_expr(writer, 'list', place.deeper())}, {_expr(writer, 'int', place.deeper())}", f"{first}, {first}",
    ))  # fmt: skip
    return [f"{left} = {right}"]


def _slice(writer: Writer, place: Place) -> list[str]:
    name, low = writer.read("list", place), writer.number(0, 2)
    return [
        writer.one_of(
            (
                f"{name}[{low}:{writer.number(0, 3)}] = {_expr(writer, 'list', place.deeper())}[:3]",
                f"{name}[::2] = {_expr(writer, 'list', place.deeper())}[:2]",
                f"del {name}[{low}:]",
            )
        )
    ]


def _delete(writer: Writer, place: Place) -> list[str]:
    key = _expr(writer, "str", place.deeper())
    name = writer.target(writer.one_of(("int", "list", "any", "str")))
    other = f"{writer.read('list', place)}[{writer.number(-1, 1)}]"
    inside = f"{writer.read('dict', place)}[{key}]"
    return [f"del {writer.one_of((name, inside, other, f'{name}, {other}', f'({other}, {name})'))}"]


def _show(writer: Writer, place: Place) -> list[str]:
    return [f"print({_expr(writer, 'any', place)}, {_expr(writer, writer.one_of(('int', 'list', 'str')), place)})"]


def _evaluate(writer: Writer, place: Place) -> list[str]:
    which = writer.number(0, 4)
    if which == 0:
        return [f"{writer.read('list', place)}.append({_expr(writer, 'int', place.deeper())})"]
    if which == 1:
        return [f"ev({writer.number(0, 99)}, {_expr(writer, 'any', place.deeper())})"]
    return [_expr(writer, "none" if which > 2 else "any", place.deeper())]


def _iterator(writer: Writer, place: Place) -> list[str]:
    """An iterator has a name of its own: it is never shown."""
    value = _expr(writer, "list", place.deeper())
    name = writer.one_of(writer.iterators) if writer.iterators and writer.chance(0.5) else writer.new("it")
    if name not in writer.iterators and writer.level == 0 and place.nesting == 0:
        writer.iterators.append(name)
    made = (f"iter({value})", f"zip({value}, 'abc')", f"enumerate({value})", f"map(abs, {value})", f"filter(None, {value})")
    return [f"{name} = {writer.one_of(made)}", f"{writer.target('any')} = next({name}, None)"]


def _assert(writer: Writer, place: Place) -> list[str]:
    more = f", {_expr(writer, 'any', place.deeper())}" if writer.chance(0.5) else ""
    return [f"assert {condition(writer, place)}{more}"]


_ERRORS = ("ValueError", "KeyError", "IndexError", "TypeError", "ZeroDivisionError", "RuntimeError", "Mine", "StopIteration")


def _raise(writer: Writer, place: Place) -> list[str]:
    if place.in_handler and writer.chance(0.4):
        return ["raise"]
    error = writer.one_of(_ERRORS)
    made = writer.one_of((error, f"{error}({_expr(writer, 'int', place.deeper())})", f"{error}('e', {writer.number(0, 9)})"))
    cause = writer.one_of(("", "", " from None", f" from {writer.one_of(_ERRORS)}('c')"))
    return [f"if {condition(writer, place)}:", f"    raise {made}{cause}"]


def _leave(writer: Writer, place: Place) -> list[str]:
    """Out of the loop or function, mostly under a condition."""
    words = ["break", "continue", "continue"] if place.in_loop else []
    word = writer.one_of([*words, f"return {_expr(writer, 'any', place.deeper())}", _tail(writer, place)])
    return [word] if writer.chance(0.15) else [f"if {condition(writer, place)}:", f"    {word}"]


def _tail(writer: Writer, place: Place) -> str:
    return f"return {_expr(writer, 'list', place)}" if writer.chance(0.7) else "return"


_PLAIN: tuple[tuple[Callable[[Writer, Place], list[str]], int], ...] = (
    (_assign, 7), (_chained, 2), (_augment, 4), (_unpack, 4), (_slice, 1), (_delete, 2), (_show, 2), (_evaluate, 4),
    (_iterator, 1), (_assert, 1), (_raise, 2), (_leave, 3),
)  # fmt: skip
