"""Generated code: what its parts do, beside what the differential tests hold it to."""

from __future__ import annotations

import asyncio
import gc
import linecache
import sys
import traceback
import warnings
from collections import OrderedDict, deque
from collections.abc import Mapping, Sequence
from typing import Any
from weakref import ref

import pytest
from cascade_vm.blueprint import Blueprint, Handler
from cascade_vm.dispatch import MAX_FRAMES
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
    Jump,
    Method,
    Next,
    Return,
    Switch,
    TailCall,
)  # fmt: skip
from cascade_vm.opcodes import Iterate as Over
from hypothesis import given
from hypothesis import strategies as st
from support.instructions import agree, flow, program
from support.tiers import TaskHost, run_once

unit = "a global of the module of a task, of the name that generated code once looked for"


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


def test_methods_of_types_themselves() -> None:
    """They are called where the type was named just before; where its register has another value by then, that is asked."""
    constants = ["dict", "str", 0, None, "list"]
    named = [Compute(1, "builtin", (-1,)), Method(1, 1, "fromkeys", (0, -3)), Return(1)]
    assert agree(program(flow("main", ["x"], 2, constants, named)), ["ab"]) == {"a": 0, "b": 0}
    assert agree(program(flow("main", ["x"], 2, constants, named)), [5]) == "TypeError: 'int' object is not iterable"
    other = [Compute(1, "builtin", (-1,)), Copy(1, 0), Method(1, 1, "fromkeys", (0, -3)), Return(1)]
    missed = agree(program(flow("main", ["x"], 2, constants, other)), ["ab"])
    assert missed == "AttributeError: 'str' object has no attribute 'fromkeys'"
    opening = [Compute(1, "builtin", (-2,)), Method(1, 1, "format", (0, -3)), Return(1)]
    refused = agree(program(flow("main", ["x"], 2, constants, opening)), ["{0.real}"])
    assert refused == "AttributeError: type object 'str' has no attribute 'format'"


VALUES = ([], (), {}, "ab", b"ab", bytearray(b"ab"), range(2), {1}, 5, None, {}.keys(), deque([1]), OrderedDict(a=1))


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_what_patterns_ask_for(value: object) -> None:
    """Lists, tuples and dicts are told by their type, also when that is known; for all others the operation says it."""
    asks = [Compute(1, "is_sequence", (0,)), Compute(2, "is_mapping", (0,)), Compute(1, "build_tuple", (1, 2)), Return(1)]
    blueprint = program(flow("main", ["x"], 3, [None], asks))
    expected = isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray), isinstance(value, Mapping)
    assert agree(blueprint, [value]) == expected
    for make, fits in (("build_tuple", (True, False)), ("build_list", (True, False)), ("build_dict", (False, True))):
        known = program(flow("main", ["x"], 3, [1], [Compute(0, make, (-1, -1)), *asks]))
        assert agree(known, [None]) == fits


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_what_is_reversed_in_a_loop(value: object) -> None:
    """Values of each type, in the opposite order, or the error that there is none."""
    code = [
        Compute(1, "build_list", ()), Compute(2, "reversed", (0,)), Over(2, 2), Next(3, 2, 6), Compute(3, "append", (1, 3)),
        Jump(3), Return(1),
    ]  # fmt: skip
    try:
        expected: object = list(reversed(value))  # type: ignore[call-overload]
    except TypeError as error:
        expected = f"TypeError: {error}"
    assert agree(program(flow("main", ["x"], 4, [None], code)), [value]) == expected


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
