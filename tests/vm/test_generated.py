"""Generated code: what its parts do, beside what the differential tests hold it to."""

from __future__ import annotations

import asyncio
import gc
import linecache
import sys
import traceback
import warnings
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from weakref import ref

import pytest
from cascade_vm.blueprint import Blueprint, Flow, Handler, Location, Parameter, Task
from cascade_vm.constants import Constant
from cascade_vm.cursors import DONE, cursor_over, enumerated, reversed_, zipped
from cascade_vm.dispatch import MAX_FRAMES
from cascade_vm.generated.cursors import cursor_of, iterator_at, iterator_over, step
from cascade_vm.generated.positions import column_in_bytes, with_places
from cascade_vm.linker import link
from cascade_vm.machine import Machine
from cascade_vm.opcodes import (
    Attribute,
    Bound,
    Branch,
    Call,
    CallFlow,
    Check,
    Compute,
    Copy,
    Instruction,
    Jump,
    Method,
    Next,
    Return,
    Switch,
    TailCall,
)  # fmt: skip
from cascade_vm.opcodes import Iterate as Over
from cascade_vm.verifier import verify
from hypothesis import given
from hypothesis import strategies as st
from support.tiers import TaskHost, outcomes, run_once

unit = "a global of the module of a task, of the name that generated code once looked for"


def flow(
    name: str, parameters: Sequence[str], registers: int, constants: Sequence[object], code: Sequence[Instruction],
    handlers: Sequence[Handler] = (), columns: tuple[int, int] = (0, 1),
) -> Flow:  # fmt: skip
    """A flow whose instruction ``pc`` is on line ``pc + 1``."""
    begin, end = columns
    locations = tuple(Location(0, pc + 1, begin, pc + 1, end, name) for pc in range(len(code)))
    named = tuple(Parameter(parameter) for parameter in parameters)
    variables = (*parameters, *[None] * (registers - len(parameters)))
    return Flow(
        name, named, registers, tuple(map(Constant, constants)), tuple(code), tuple(range(len(code))), locations,
        tuple(handlers), variables,
    )  # fmt: skip


def program(*flows: Flow, tasks: Sequence[str] = (), file: str = "made.csc") -> Blueprint:
    blueprint = Blueprint(flows, tuple(Task(task) for task in tasks), (file,), 0)
    verify(blueprint)
    return blueprint


def agree(blueprint: Blueprint, arguments: Sequence[object] = (), tasks: Mapping[str, Callable[..., Any]] | None = None) -> Any:
    """The value, or the error, that all ways of running it give."""
    ways = list(outcomes(blueprint, lambda: arguments, lambda: tasks or {}))
    for way, got in ways:
        assert repr(got) == repr(ways[0][1]), way
    return ways[0][1].error or ways[0][1].value


# --- names and texts of users ----------------------------------------------------------------------------------------------

TEXTS = (
    "class", "None", "True", "__debug__", "__import__", "print", "type", "next", "more", "s", "depth", "turns", "go", "v", "e",
    "r0_0", "c0", "t0", "f0", "unit", "registers", "BaseException", "ﬁ", "é", "x" * 10_000,
)  # fmt: skip
ODD = (
    *TEXTS,
    "'",
    '"',
    '"""',
    "\n",
    "\r",
    "\0",
    "\\",
    "\ud800",
    "{0}",
    "{",
    "}}",
    "{r0_0!r}",
    "%s",
    "#",
    "",
    "\u2028",
    "'); exit()",
)


@pytest.mark.parametrize("text", TEXTS, ids=lambda text: ascii(text[:20]))
def test_names_of_users_are_names_of_theirs_only(text: str) -> None:
    """Of tasks, keywords, parameters, flows: keywords of Python, built-in functions, names of the generated code itself."""
    code = [Call(1, 0, (0,), (text,), -1), Compute(1, "build_tuple", (1, 0)), Return(1)]
    blueprint = program(flow(text, [text], 2, [None], code), tasks=[f"{text}:{text}"])
    assert agree(blueprint, [5], {f"{text}:{text}": lambda **named: named}) == ({text: 5}, 5)


@pytest.mark.parametrize("text", ODD, ids=lambda text: ascii(text[:20]))
def test_texts_of_users_are_values(text: str) -> None:
    """Constants, parts and formats of f-strings, names of files: quotes, line ends, NUL, braces, surrogates."""
    code = [
        Compute(1, "format_value", (0, -1, -2)),
        Compute(1, "concat", (-3, 1, -3)),
        Compute(1, "build_dict", (-3, 1)),
        Return(1),
    ]
    blueprint = program(flow("main", ["n"], 2, ["", "", text], code), file=text or "x")
    assert agree(blueprint, [7]) == {text: f"{text}7{text}"}


def test_nothing_of_python_is_reached_by_a_name() -> None:
    """The globals of generated code are ours: no built-in function that is not put there."""
    image = link(program(flow("main", ["n"], 1, [], [Return(0)])))
    run_once(image, [1], TaskHost({}), 0)
    (instance,) = image.instances
    (entry,) = [entry for entry in instance.entries.values() if entry is not None]
    assert entry.run.__globals__["__builtins__"] == {}
    assert set(entry.run.__code__.co_names) <= set(instance.globals)


def test_constants_where_variables_stand_make_no_warning() -> None:
    """Comparisons of identity, checks and conditions over constants; warnings are errors here."""
    code = [
        Bound(0, -1), Check(-1, "x"), Compute(1, "is", (-1, -2)), Compute(2, "is not", (-3, -3)), Compute(3, "is", (-4, 0)),
        Branch(-1, 6, 6), Switch(-1, (7,), 7), Compute(0, "build_tuple", (0, 1, 2, 3)), Return(0),
    ]  # fmt: skip
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        value = agree(program(flow("main", [], 4, [1, "a", (), None], code)))
    assert value == (True, False, False, False)


# --- loops -----------------------------------------------------------------------------------------------------------------


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
    again = iterator_at(cursor)
    assert step(cursor_of(again, None) if again is not cursor else cursor) == next(plain, DONE)


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


# --- calls -----------------------------------------------------------------------------------------------------------------


def depth_of() -> Blueprint:
    """``f(n) = 1 + f(n - 1)``"""
    code = [
        Branch(0, 2, 1), Return(-1), Compute(1, "-", (0, -2)), CallFlow(1, 0, (1,), -3), Compute(1, "+", (1, -2)), Return(1),
    ]  # fmt: skip
    return program(flow("deep", ["n"], 2, [0, 1, None], code))


def test_calls_are_nested_as_deeply_as_in_tier_0() -> None:
    """A hundred thousand; more than a machine has frames are refused at the same place."""
    image = link(depth_of())
    for n in (99, 100, 101, 102, 1_000, 100_000):
        assert run_once(image, [n], TaskHost({}), 0).value == n
    for patience in (None, 0, 100):
        ended = run_once(link(depth_of()), [MAX_FRAMES], TaskHost({}), patience)
        assert ended.error == f"RecursionError: flow calls are nested deeper than {MAX_FRAMES}"
        assert (ended.trail[0].line, len(ended.trail)) == (4, MAX_FRAMES)


def test_a_task_of_a_module_with_any_globals_raises_its_error() -> None:
    """Generated frames are told by more than a name."""

    def boom(x: int) -> None:
        raise ValueError(x)

    assert unit in boom.__globals__.values()
    assert agree(
        program(flow("main", ["n"], 2, [None], [Call(1, 0, (0,), (), -1), Return(1)]), tasks=["m:t"]), [3], {"m:t": boom}
    ) == ("ValueError: 3")


def test_arguments_of_tail_calls_change_places() -> None:
    """In one flow, and among several that call each other."""
    even = [Branch(0, 1, 3), Compute(0, "-", (0, -1)), TailCall(1, (0, 2, 1)), Compute(1, "build_tuple", (1, 2)), Return(1)]
    odd = [Branch(0, 1, 3), Compute(0, "-", (0, -1)), TailCall(0, (0, 2, 1)), Compute(1, "build_tuple", (2, 1)), Return(1)]
    names = ["n", "a", "b"]
    blueprint = program(flow("even", names, 3, [1], even), flow("odd", names, 3, [1], odd))
    assert [agree(blueprint, [n, "a", "b"]) for n in (0, 1, 7, 50)] == [("a", "b")] * 4


def test_methods_and_attributes_of_constants() -> None:
    """Numbers and texts that stand where a variable could."""
    code = [Method(0, -1, "upper", ()), Attribute(1, -2, "real"), Compute(0, "build_tuple", (0, 1)), Return(0)]
    assert agree(program(flow("main", [], 2, ["abc", 5], code))) == ("ABC", 5)


# --- places ----------------------------------------------------------------------------------------------------------------


def looped(task: str = "m:t") -> Blueprint:
    code = [
        Compute(1, "range", (0,)), Over(1, 1), Next(2, 1, 5), Call(3, 0, (2,), (), -1), Jump(2), Return(-1),
    ]  # fmt: skip
    return program(flow("main", ["n"], 4, [None], code, columns=(4, 9)), tasks=[task])


def test_debuggers_see_the_lines_of_the_source() -> None:
    """Events of lines, calls and returns, as debuggers, coverage and profilers use them."""
    image = link(looped())
    run_once(image, [1], TaskHost({"m:t": abs}), 0)
    lines: list[tuple[str, int]] = []

    def trace(frame: Any, event: str, _: object) -> Any:
        if frame.f_code.co_filename != "made.csc":
            return None
        lines.append((event, frame.f_lineno))
        return trace

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        run_once(image, [3], TaskHost({"m:t": abs}), 0)
    finally:
        sys.settrace(before)
    seen = [line for event, line in lines if event == "line"]
    assert {"call", "line", "return"} <= {event for event, _ in lines}
    assert set(seen) <= {1, 2, 3, 4, 5, 6}
    assert seen.count(4) >= 3


def test_a_task_sees_who_called_it() -> None:
    """The stack at a call has the flow's name, file, line and columns."""
    seen: list[traceback.FrameSummary] = []

    def look(_: int) -> None:
        frame: Any = sys._getframe(1)
        seen.extend(traceback.StackSummary.extract([(frame, frame.f_lineno)]))
        positions = list(frame.f_code.co_positions())[frame.f_lasti // 2]
        assert positions == (4, 4, 4, 9)

    run_once(looped(), [2], TaskHost({"m:t": look}), 0)
    assert {(each.name, each.filename, each.lineno) for each in seen} == {("main", "made.csc", 4)}


def test_columns_are_bytes_where_the_source_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """Python counts them so; a Blueprint counts characters. Of a source that nobody has read nothing is known."""
    lines = ["", "é = 1\n", "x = '€é' + task(n)\n"]
    monkeypatch.setitem(linecache.cache, "known.py", (0, None, lines, "known.py"))
    assert [column_in_bytes("known.py", 3, column) for column in (0, 5, 6, 7, 11)] == [0, 5, 8, 10, 14]
    assert column_in_bytes("known.py", 9, 7) == column_in_bytes("unknown.py", 3, 7) == 7


@given(st.lists(st.tuples(st.integers(0, 4), st.integers(1, 30)), min_size=1, max_size=20))
def test_tables_of_places_say_what_was_put_into_them(runs: list[tuple[int, int]]) -> None:
    """Lines that go back, columns of hundreds, long runs, code of no place."""
    places = [None, (5, 0, 5, 3), (2, 700, 4, 90), (900_000, 3, 900_000, 63), (1, 64, 1, 65)]
    size = sum(length for _, length in runs)
    code = compile("\n".join(["x"] * (size // 2 + 1)), "f", "exec").replace(co_code=b"\x09\x00" * size, co_exceptiontable=b"")
    numbers = [(number, 0) for number, length in runs for _ in range(length)]
    found = list(with_places(code, numbers, lambda number: places[number]).co_positions())
    wanted = [(place[0], place[2], place[1], place[3]) if (place := places[n]) else None for n, _ in numbers]
    assert [each if each[0] is not None else None for each in found] == wanted


# --- memory ----------------------------------------------------------------------------------------------------------------


def test_caught_errors_leave_no_cycles() -> None:
    """Nothing waits for the garbage collector, neither the error nor the frames that it passed."""

    class HeldError(Exception):
        pass

    held: list[Any] = []

    def fail(_: int) -> None:
        error = HeldError()
        held.append(ref(error))
        try:
            raise error
        finally:
            del error

    code = [Call(1, 0, (0,), (), -1), Return(1), Copy(1, -1), Return(1)]
    blueprint = program(flow("main", ["n"], 2, [None], code, [Handler(0, 1, 2, 1, False)]), tasks=["m:t"])
    image = link(blueprint)
    run_once(image, [1], TaskHost({"m:t": abs}), 0)
    gc.collect()
    gc.disable()
    try:
        assert run_once(image, [1], TaskHost({"m:t": fail}), 0).error is None
        assert [each() for each in held] == [None]
    finally:
        gc.enable()


def test_a_program_that_is_dropped_takes_its_code_with_it() -> None:
    """Also while the tasks that it called live on."""
    host = TaskHost({"m:t": abs})
    image = link(looped())
    machine = Machine(image, host, patience=0)
    asyncio.run(machine.run(0, [3]))
    instance = ref(machine.instance)
    assert instance() is not None
    del machine, image
    gc.collect()
    assert instance() is None
