"""Loops of generated code, and iterators that pass to the one who reads them: left and entered wherever that is possible."""

from __future__ import annotations

import builtins
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cascade_vm.blueprint import Handler
from cascade_vm.cursors import CURSORS, DONE, cursor_over, enumerated, reversed_, zipped
from cascade_vm.generated.cursors import Iterators, cursor_of, iterator_at, iterator_over, iterators_at, step
from cascade_vm.generated.graph import Plan
from cascade_vm.linker import link
from cascade_vm.opcodes import (
    Branch,
    Close,
    Compute,
    Copy,
    Instruction,
    Jump,
    Match,
    Method,
    Next,
    Reraise,
    Return,
    Unpack,
)  # fmt: skip
from cascade_vm.opcodes import Iterate as Over
from hypothesis import given
from hypothesis import strategies as st
from support.instructions import agree, flow, program
from support.tiers import TaskHost, outcomes, run_once


class Shared:
    """Gives the same iterator again and again."""

    def __init__(self, items: list[int]) -> None:
        self.items = iter(items)

    def __iter__(self) -> Any:
        return self.items


SOURCES: dict[str, Callable[[], Any]] = {
    "list": lambda: [1, 2, 3, 4, 5], "tuple": lambda: (1, 2, 3), "text": lambda: "abcdé", "bytes": lambda: b"abc",
    "bytearray": lambda: bytearray(b"abcd"), "dict": lambda: {1: 2, 3: 4, 5: 6}, "keys": lambda: {1: 2, 3: 4}.keys(),
    "values": lambda: {1: 2, 3: 4}.values(), "items": lambda: {1: 2, 3: 4, 5: 5}.items(), "set": lambda: {1, 2, 3},
    "frozenset": lambda: frozenset((1, 2)), "range": lambda: range(10, 0, -3), "empty range": lambda: range(0),
    "huge range": lambda: range(1 << 70, (1 << 70) + 5), "generator": lambda: (n for n in range(4)), "empty": list,
    "iterator": lambda: iter([1, 2, 3, 4, 5]), "shared": lambda: Shared([1, 2, 3, 4]), "reversed": lambda: reversed([1, 2]),
    "a cursor": lambda: cursor_over([1, 2, 3]), "zipped": lambda: zipped([1, 2], "ab"),
    "enumerated": lambda: enumerated("ab", 3),
}  # fmt: skip


@pytest.mark.parametrize("kind", SOURCES)
@pytest.mark.parametrize("function", ["", "enumerate", "zip", "reversed"])
def test_a_loop_is_left_and_entered_at_every_item(function: str, kind: str) -> None:
    """Over whatever it goes; an iterator that others may read too stays the one that it is."""
    if function == "reversed" and not hasattr(SOURCES[kind](), "__reversed__") and not hasattr(SOURCES[kind](), "__len__"):
        pytest.skip("has no reverse")
    source: list[Instruction] = [Compute(2, function, (0, 0) if function == "zip" else (0,))] if function else [Copy(2, 0)]
    if function == "reversed" and kind in ("set", "frozenset"):
        pytest.skip("has no reverse")
    code = [
        Compute(1, "build_list", ()), *source, Over(2, 2), Next(3, 2, 6), Compute(4, "append", (1, 3)), Jump(3),
        Compute(2, "list", (0,)), Compute(1, "build_tuple", (1, 2)), Return(1),
    ]  # fmt: skip
    blueprint = program(flow("main", ["source"], 5, [], code))
    ways = list(outcomes(blueprint, lambda: [SOURCES[kind]()]))
    assert ways[0][1].error is None
    assert {way: got for way, got in ways if got != ways[0][1]} == {}


@pytest.mark.parametrize("kind", SOURCES)
def test_an_iterator_in_a_variable_is_left_and_entered_at_every_item(kind: str) -> None:
    """`next` and a loop that ends early go on with the same iterator, whose end is caught or looked at."""
    code = [
        Compute(1, "build_list", ()), Compute(2, "iter", (0,)), Compute(3, "next", (2, -1)),
        Over(4, 2), Next(5, 4, 8), Compute(3, "append", (1, 5)), Jump(8), Jump(8),
        Compute(3, "next", (2,)), Compute(5, "append", (1, 3)), Jump(8),
        Match(5, 6, ("StopIteration",)), Branch(5, 13, 14), Jump(15), Reraise(6),
        Compute(3, "next", (2, -1)), Compute(1, "build_tuple", (1, 3)), Return(1),
    ]  # fmt: skip
    blueprint = program(flow("main", ["source"], 7, [None], code, [Handler(8, 11, 11, 6, False)]))
    ways = list(outcomes(blueprint, lambda: [SOURCES[kind]()]))
    assert ways[0][1].error is None
    assert {way: got for way, got in ways if got != ways[0][1]} == {}


@pytest.mark.parametrize("kind", SOURCES)
def test_a_loop_and_next_read_the_same_iterator(kind: str) -> None:
    """At every second item the code is left with both, and entered again."""
    code = [
        Compute(1, "build_list", ()), Compute(2, "iter", (0,)), Over(4, 2), Next(5, 4, 8), Compute(3, "next", (2, -1)),
        Compute(3, "build_tuple", (5, 3)), Compute(3, "append", (1, 3)), Jump(3), Compute(3, "next", (2, -1)), Return(1),
    ]  # fmt: skip
    blueprint = program(flow("main", ["source"], 6, [None], code))
    ways = list(outcomes(blueprint, lambda: [SOURCES[kind]()]))
    assert ways[0][1].error is None
    assert {way: got for way, got in ways if got != ways[0][1]} == {}


@pytest.mark.parametrize("kind", SOURCES)
def test_the_error_of_a_loop_may_lie_where_its_cursor_was(kind: str) -> None:
    """The loop is over where the handler begins, also where `next` goes to it without an error: it needs no cursor for that."""
    code = [
        Compute(6, "build_list", ()), Compute(2, "iter", (0,)), Over(3, 1), Next(4, 3, 12), Compute(5, "next", (2,)), Jump(9),
        Match(7, 3, ("StopIteration",)), Branch(7, 8, 11), Return(6),
        Compute(7, "append", (6, 5)), Jump(3), Reraise(3), Compute(6, "build_tuple", (6,)), Return(6),
    ]  # fmt: skip
    main = flow("main", ["source", "more"], 8, [], code, [Handler(4, 6, 6, 3, False)])
    assert Iterators(main, Plan(main)).registers == {2, 3}
    for more in ([1, 2], [1, 2, 3, 4, 5, 6, 7, 8, 9]):
        ways = list(outcomes(program(main), lambda more=more: [SOURCES[kind](), more]))
        assert ways[0][1].error is None
        assert {way: got for way, got in ways if got != ways[0][1]} == {}


def test_registers_that_share_a_cursor_share_the_iterator() -> None:
    """Where code is entered; and where it is left they share the cursor again."""
    cursor = cursor_of(iter([1, 2, 3]), [1, 2, 3])
    (a, _), (b, _), (other, _) = iterators_at(cursor, cursor, cursor_over([1, 2, 3]))
    assert a is b
    assert type(a) is type(iter([]))
    assert type(other) in CURSORS


@given(st.sampled_from(sorted(SOURCES)), st.integers(0, 6))
def test_an_iterator_becomes_the_cursor_that_goes_on(kind: str, taken: int) -> None:
    """What is left of it is what the cursor gives; and a cursor becomes that iterator again."""
    if kind in ("generator", "iterator", "shared", "reversed", "a cursor", "zipped", "enumerated"):
        return
    source = SOURCES[kind]()
    iterator, plain = iterator_over(source), iter(source)
    for _ in range(taken):
        assert next(iterator, DONE) == next(plain, DONE)
    cursor = cursor_of(iterator, source)
    again, over = iterator_at(cursor)
    assert step(cursor_of(again, over) if again is not cursor else cursor) == next(plain, DONE)


@pytest.mark.parametrize("start", range(5))
def test_what_two_arguments_of_zip_share_they_share_afterwards(start: int) -> None:
    """``zip(it, it)`` in pairs, and an item that is lost when one of them is over."""
    shared = iter(range(7))
    iterator = zip(shared, shared, strict=False)
    for _ in range(start):
        next(iterator, None)
    assert list(cursor_of(iterator, (shared, shared))) == list(zip(*[iter(range(2 * start, 7))] * 2, strict=False))


def test_a_list_that_grows_is_followed() -> None:
    """Also by a loop that was left meanwhile; one that has ended stays so."""
    items = [1, 2]
    iterator = iterator_over(items)
    next(iterator)
    cursor = cursor_of(iterator, items)
    items.append(3)
    assert list(cursor) == [2, 3]
    items.append(4)
    assert list(cursor) == []
    assert list(cursor_of(reversed(items), None)) == list(reversed_(items)) == [4, 3, 2, 1]


@pytest.mark.parametrize("make", [dict.fromkeys, set])
def test_a_dict_that_grows_ends_its_loop_in_both_tiers(make: Callable[[Any], Any]) -> None:
    """With Python's own error, again and again."""
    source: Any = make((1, 2, 3))
    iterator = iterator_over(source)
    next(iterator)
    cursor = cursor_of(iterator, source)
    if isinstance(source, dict):
        source[9] = 0
    else:
        source.add(9)
    for each in (iterator, cursor, cursor_of(iterator, source)):
        with pytest.raises(RuntimeError, match="changed size during iteration"):
            next(each)


# --- iterators that pass -------------------------------------------------------------------------------------------------

Tree = tuple[Any, ...]
"""``(name of a built-in function, trees that it goes over, a start or `strict`)``, or ``("leaf", number of the parameter)``."""

LEAVES = st.tuples(st.just("leaf"), st.integers(0, 2))
TREES: st.SearchStrategy[Tree] = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.tuples(st.just("enumerate"), st.tuples(inner), st.sampled_from([None, 0, 7])),
        st.tuples(st.just("zip"), st.lists(inner, min_size=1, max_size=3).map(tuple), st.sampled_from([None, False, True])),
        st.tuples(st.just("map"), st.tuples(inner), st.just(None)),
        st.tuples(st.just("filter"), st.tuples(inner), st.just(None)),
        st.tuples(st.just("reversed"), st.tuples(LEAVES), st.just(None)),
        st.tuples(st.just("iter"), st.tuples(inner), st.just(None)),
    ),
    max_leaves=5,
)
ENDS = ("loop", "list", "tuple", "sum", "unpack", "next", "extend", "twice", "kept")


class Writing:
    """Instructions that make the value of a tree, in a fresh register or in that of its first part."""

    def __init__(self, constants: list[object]) -> None:
        self.constants = constants
        self.code: list[Instruction] = []
        self.registers = 3

    def fresh(self) -> int:
        self.registers += 1
        return self.registers - 1

    def constant(self, value: object) -> int:
        self.constants.append(value)
        return -len(self.constants)

    def value(self, tree: Tree) -> int:
        name, inner, *more = tree
        if name == "leaf":
            return int(inner)
        parts = [self.value(each) for each in inner]
        target = parts[0] if parts[0] > 2 else self.fresh()
        if name in ("map", "filter"):
            function = self.fresh()
            self.code.append(Compute(function, "builtin", (self.constant("str" if name == "map" else "bool"),)))
            self.code.append(Compute(target, name, (function, *parts)))
        elif more[0] is None:
            self.code.append(Compute(target, name, tuple(parts)))
        else:
            forms = ("",) * len(parts) + ("start" if name == "enumerate" else "strict",)
            self.code.append(Compute(target, name, (*parts, self.constant(more[0])), forms))
        return target


def meaning(tree: Tree, leaves: list[Any]) -> Any:
    """The same by Python itself."""
    name, inner, *more = tree
    if name == "leaf":
        return leaves[inner]
    parts = [meaning(each, leaves) for each in inner]
    if name in ("map", "filter"):
        return getattr(builtins, name)(str if name == "map" else bool, *parts)
    named = {} if more[0] is None else {"start" if name == "enumerate" else "strict": more[0]}
    return getattr(builtins, name)(*parts, **named)


def finish(writing: Writing, source: int, end: str) -> None:
    """What reads the iterator."""
    code, kept = writing.code, writing.fresh()
    match end:
        case "loop":
            into, item = writing.fresh(), writing.fresh()
            code.append(Over(source if source > 2 else kept, source))
            cursor = source if source > 2 else kept
            code.append(Compute(into, "build_list", ()))
            head = len(code)
            code += [Next(item, cursor, head + 3), Compute(item, "append", (into, item)), Jump(head), Return(into)]
        case "unpack":
            code += [Unpack((kept, writing.fresh()), 1, source), Compute(kept, "build_list", (kept, kept + 1)), Return(kept)]
        case "extend":
            code += [Compute(kept, "build_list", ()), Compute(source, "extend", (kept, source)), Return(kept)]
        case "sum":
            code += [Compute(kept, "build_tuple", ()), Compute(kept, "sum", (source, kept)), Return(kept)]
        case "next":
            code += [Compute(kept, "next", (source, writing.constant(None))), Return(kept)]
        case "twice":
            code += [Compute(kept, "list", (source,)), Compute(kept + 1, "list", (source,))]
            code += [Compute(kept, "build_tuple", (kept, kept + 1)), Return(kept)]
            writing.fresh()
        case "kept":  # a variable that is read behind a loop
            item = writing.fresh()
            code += [Compute(kept, "list", (source,)), Over(item, 0)]
            code += [Next(item + 1, item, len(code) + 2), Jump(len(code)), Compute(item, "list", (source,))]
            code += [Compute(kept, "build_tuple", (kept, item)), Return(kept)]
            writing.fresh()
        case _:
            code += [Compute(source if source > 2 else kept, end, (source,)), Return(source if source > 2 else kept)]


def expected(tree: Tree, leaves: list[Any], end: str) -> Any:
    made = meaning(tree, leaves)
    match end:
        case "loop" | "list" | "extend":
            return list(made)
        case "tuple":
            return tuple(made)
        case "sum":
            return sum(made, ())
        case "unpack":
            first, *rest = made
            return [first, rest]
        case "next":
            return next(made, None)
        case _:
            return list(made), list(made)


SEQUENCES = st.one_of(
    st.lists(st.integers(0, 3), max_size=5), st.text("ab\0", max_size=4), st.integers(0, 6).map(range),
    st.lists(st.integers(0, 3), max_size=4).map(tuple),
)  # fmt: skip


@given(TREES, st.lists(SEQUENCES, min_size=3, max_size=3), st.sampled_from(ENDS))
def test_what_passes_is_what_python_makes_of_it(tree: Tree, leaves: list[Any], end: str) -> None:
    """However it is nested, whoever reads it, wherever the code is left."""
    writing = Writing([])
    source = writing.value(tree)
    finish(writing, source, end)
    blueprint = program(flow("main", ["a", "b", "c"], writing.registers, writing.constants, writing.code))
    ways = list(outcomes(blueprint, lambda: list(leaves), limit=200))
    assert {way: got for way, got in ways if got != ways[0][1]} == {}
    assert ways[0][1][:2] == python_gives(lambda: expected(tree, list(leaves), end))


@given(TREES, st.lists(SEQUENCES, min_size=3, max_size=3), st.sampled_from(ENDS))
def test_what_passes_below_a_handler_is_gone_when_that_begins(tree: Tree, leaves: list[Any], end: str) -> None:
    """The handler has a loop, where the code is left with all registers that there are."""
    writing = Writing([])
    source = writing.value(tree)
    finish(writing, source, end)
    start, error, text, cursor = len(writing.code), *(writing.fresh() for _ in range(3))
    writing.code += [
        Over(cursor, writing.constant((1, 2, 3))), Next(text, cursor, start + 3), Jump(start + 1),
        Compute(text, "str", (error,)), Return(text),
    ]  # fmt: skip
    handlers = [Handler(0, start, start, error, False)]
    blueprint = program(flow("main", ["a", "b", "c"], writing.registers, writing.constants, writing.code, handlers))
    ways = list(outcomes(blueprint, lambda: list(leaves), limit=200))
    assert {way: got for way, got in ways if got != ways[0][1]} == {}
    value, failure = python_gives(lambda: expected(tree, list(leaves), end))
    assert ways[0][1].value == (value if failure is None else failure.partition(": ")[2])


@pytest.mark.parametrize("read", [True, False])
def test_an_iterator_that_a_handler_reads_is_a_cursor(read: bool) -> None:
    """It goes on where the error left it."""
    code = [
        Compute(1, "build_list", ()), Compute(1, "zip", (0, 0)), Over(5, 1), Next(2, 5, 7), Unpack((2, 3), -1, 2),
        Compute(2, "//", (-1, 2)), Jump(3), Return(-2), Compute(2, "list", (1,)) if read else Copy(2, -2), Return(2),
    ]  # fmt: skip
    made = program(flow("main", ["xs"], 6, [6, None], code, [Handler(1, 7, 8, 4, False)]))
    assert agree(made, [[1, 2, 0, 3, 4]]) == ([(3, 3), (4, 4)] if read else None)


def python_gives(make: Callable[[], object]) -> tuple[object, str | None]:
    """A value and an error, as `Ended` has them."""
    try:
        return make(), None
    except (TypeError, ValueError) as error:
        return None, f"{type(error).__name__}: {error}"


@given(TREES, st.lists(SEQUENCES, min_size=3, max_size=3), st.integers(0, 4))
def test_a_tree_of_iterators_becomes_cursors_and_iterators_again(tree: Tree, leaves: list[Any], taken: int) -> None:
    """At each place, with what it goes over: no variable ever sees an iterator of Python's."""

    def over(each: Tree) -> Any:
        name, inner, *_ = each
        if name == "leaf":
            return leaves[inner]
        return tuple(map(over, inner)) if name in ("zip", "map") else over(inner[0])

    if any(name in repr(tree) for name in ("strict", "True")):
        return
    iterator, plain = iter(meaning(tree, leaves)), iter(meaning(tree, leaves))
    for _ in range(taken):
        assert next(iterator, DONE) == next(plain, DONE)
    source = over(tree)
    for _ in range(3):
        cursor = cursor_of(iterator, source)
        assert all(type(each) in CURSORS for each in inside(cursor))
        iterator, source = iterator_at(cursor)
        assert next(iterator, DONE) == next(plain, DONE)


def test_what_goes_over_nothing_becomes_a_cursor_and_an_iterator_again() -> None:
    """``zip(*[])``"""
    iterator, source = iterator_at(cursor_of(zip(strict=False), ()))
    assert source == ()
    assert list(iterator) == []
    assert list(cursor_of(iterator, source)) == []


@pytest.mark.parametrize("rows", [[], [[]], [[1, 2]], [[1, 2], "ab"], 5], ids=repr)
def test_a_loop_over_rows_side_by_side(rows: Any) -> None:
    """``for row in zip(*rows)``, left and entered at every item."""
    writing = Writing([])
    target = writing.fresh()
    writing.code.append(Compute(target, "zip", (0,), ("*",)))
    finish(writing, target, "loop")
    agree(program(flow("main", ["a", "b", "c"], writing.registers, writing.constants, writing.code)), [rows, None, None])


def inside(cursor: Any) -> Iterator[Any]:
    yield cursor
    below = getattr(cursor, "inner", ())
    for each in below if type(below) is tuple else (below,):
        yield from inside(each)


def test_a_loop_over_nested_iterators_is_one_of_pythons() -> None:
    """Else this file would test cursors."""
    writing = Writing([])
    finish(writing, writing.value(("enumerate", (("zip", (("leaf", 0), ("leaf", 1)), True),), 1)), "loop")
    image = link(program(flow("main", ["a", "b", "c"], writing.registers, writing.constants, writing.code)))
    assert run_once(image, [[1, 2], "ab", None], TaskHost({}), 0).value == [(1, (1, "a")), (2, (2, "b"))]
    (entry,) = [each for each in image.instances[0].entries.values() if each is not None]
    assert {"zip", "enumerate"} <= set(entry.run.__code__.co_names)
    assert "cursor_over" not in entry.run.__code__.co_names


# --- functions that built-in functions call --------------------------------------------------------------------------------

CALLERS: dict[str, tuple[list[Instruction], int]] = {
    "sorted": ([Compute(2, "sorted", (0, 2), ("", "key"))], 1),
    "max": ([Compute(2, "max", (0, 2, -2), ("", "key", "default"))], 1),
    "map": ([Compute(2, "map", (2, 0)), Compute(2, "list", (2,))], 1),
    "map in a loop": ([Compute(2, "map", (2, 0)), Over(2, 2), Next(3, 2, 7), Jump(5)], 1),
    "filter": ([Compute(2, "filter", (2, 0)), Compute(2, "tuple", (2,))], 1),
    "reduce": ([Compute(2, "functools.reduce", (2, 0, -1))], 2),
    "sort": ([Method(2, 0, "sort", (2,), ("key",))], 1),
    "nobody": ([Compute(2, "build_list", (0,))], 1),
}


@pytest.mark.parametrize("name", CALLERS)
@pytest.mark.parametrize("items", [[3, 1, 2], [], [2, "a"], [[1], [0]]], ids=repr)
def test_a_function_that_a_built_in_one_calls(name: str, items: list[Any]) -> None:
    """Its value, and its error at its place: written as the function that it is, or called by way of the machine."""
    reading, count = CALLERS[name]
    called = flow(
        "main.key", ["captured", *"ab"[:count]], 4, [1],
        [Compute(3, "*", (count, 0)), Compute(3, "+", (3, -1)), Return(3)],
    )  # fmt: skip
    made: list[Instruction] = [Copy(1, -1), Copy(3, -1), Close(2, 1, (1,), "key")]
    answer = {"sort": 0, "map in a loop": 3}.get(name, 2)
    agree(program(flow("main", ["items"], 4, [2, None], [*made, *reading, Return(answer)]), called), [items])
