"""Generated code of calls: arguments in their forms, functions that built-in functions call, errors that are forgotten."""

from __future__ import annotations

import asyncio
import gc
from typing import Any

import pytest
from cascade_vm.blueprint import Blueprint, Handler
from cascade_vm.dispatch import Frame, Strand
from cascade_vm.generated.unit import Unit
from cascade_vm.linker import link
from cascade_vm.machine import Machine
from cascade_vm.opcodes import (
    Branch,
    CallFlow,
    Check,
    Close,
    Compute,
    Instruction,
    Invoke,
    Iterate,
    Jump,
    Match,
    Method,
    Next,
    Reraise,
    Restore,
    Return,
)
from cascade_vm.tiers import entry_of
from support.instructions import agree, flow, program
from support.kept_code import KeptCode
from support.tiers import TaskHost, run_once

# --- arguments in their forms ----------------------------------------------------------------------------------------------


def f(a: Any, /, b: Any = 10**30, *, k: Any = None) -> Any:
    return a, b, k


def g(a: Any, *rest: Any, k: Any, **more: Any) -> Any:
    return a, rest, k, more


def h(a: Any, b: Any) -> Any:
    return a, b


def none() -> Any:
    return ()


SIGNATURES: list[tuple[Any, tuple[Any, ...]]] = [
    (f, (("a", "position", True), ("b", "either", False, 10**30), ("k", "keyword", False, None))),
    (g, (("a", "either", True), ("rest", "rest", False), ("k", "keyword", True), ("more", "keywords", False))),
    (h, (("a", "either", True), ("b", "either", True))),
    (none, ()),
]


GIVEN: list[tuple[Any, Any]] = [
    ((), {}), ((1,), {}), ([1, 2], {}), ((1, 2, 3), {}), ((1,), {"b": 2}), ((), {"b": 2}), ((1, 2), {"b": 2}), ((1,), {"k": 3}),
    ((1,), {"a": 0, "k": 3}), ([1, 2], {"zz": 3, "k": 4}), (range(2), {"k": 5}), ("x", {"k": 6}), (7, {}),
    ((), 7), ((1,), {8: 9}), ((1,), {"k": 1, 8: 9}),
]  # fmt: skip


def _binding(described: tuple[Any, ...], name: str) -> Blueprint:
    count = len(described)
    registers = tuple(range(3, 3 + count))
    code: list[Instruction] = [
        Compute(2, "bind_call", (-1, 0, 1), ("", "*", "**")),
        Restore(registers, 2, -1),
        *(Check(register, "x") for register in registers),
        Compute(2, "build_tuple", registers),
        Return(2),
    ]
    return program(flow("main", ["xs", "ys"], 3 + count, [((name, described), f"{name}()")], code))


@pytest.mark.parametrize(("called", "described"), SIGNATURES, ids=lambda each: getattr(each, "__name__", ""))
@pytest.mark.parametrize("given", GIVEN, ids=repr)
def test_arguments_are_bound_as_in_python(called: Any, described: tuple[Any, ...], given: tuple[Any, Any]) -> None:
    """The value, or Python's words, whatever is spread."""
    positional, named = given
    name = f"{__name__}.{called.__name__}"
    try:
        expected = called(*positional, **named)
    except TypeError as error:
        said = str(error).replace(f"{name}()", "f()")
        found = agree(_binding(described, called.__name__), [positional, named])
        assert found.replace(f"{called.__name__}()", "f()") == f"TypeError: {said.replace(f'{called.__name__}()', 'f()')}"
    else:
        assert agree(_binding(described, called.__name__), [positional, named]) == expected


def test_keywords_and_several_spreads() -> None:
    """A star may stand behind a keyword."""
    described = (("a", "either", True), ("rest", "rest", False), ("k", "keyword", True), ("more", "keywords", False))
    arguments, forms = (-1, 0, 1, 0, 1, 1), ("", "*", "z", "*", "k", "**")
    code = [
        Compute(2, "bind_call", arguments, forms), Restore((3, 4, 5, 6), 2, -1),
        Compute(2, "build_tuple", (3, 4, 5, 6)), Return(2),
    ]  # fmt: skip
    code[2:2] = [Check(each, "x") for each in (3, 4, 5, 6)]
    made = program(flow("main", ["xs", "ys"], 7, [(("f", described), "f()")], code))
    assert agree(made, [[1], {"a": 2}]) == "TypeError: f() got multiple values for argument 'a'"
    assert agree(made, [(1, 2), {"y": 2}]) == (1, (2, 1, 2), {"y": 2}, {"z": {"y": 2}, "y": 2})
    assert agree(made, [(1, 2), {"k": 2}]) == "TypeError: f() got multiple values for keyword argument 'k'"


@pytest.mark.parametrize(
    "described",
    [
        (("a b", "either", True), ("class", "either", False, 1)),
        (("a", "either", False, 1), ("b", "either", True)),
        (("k", "keyword", True), ("a", "either", True)),
        (("a", "either", True), ("a", "either", True)),
    ],
)
def test_parameters_that_python_does_not_have(described: tuple[Any, ...]) -> None:
    """A Blueprint may have them: then nothing is generated of them."""
    agree(_binding(described, "f"), [(1, 2), {}])
    agree(_binding(described, "f"), [(1,), {"a": 2}])


def test_a_default_that_the_flow_computes_is_unbound() -> None:
    """What asks for it is not left out; for the others it is."""
    made = _binding((("a", "either", True), ("b", "either", False)), "f")
    assert agree(made, [(1, 2), {}]) == (1, 2)
    assert agree(made, [(1,), {}]).startswith("UnboundLocalError")


def test_a_default_is_one_object() -> None:
    """``is`` says so, in code that was kept, too."""
    described = (("a", "either", False, 10**30), ("k", "keyword", False, (1, "text")))
    code: list[Instruction] = []
    for first in (3, 5):
        code += [Compute(2, "bind_call", (-1, 0, 1), ("", "*", "**")), Restore((first, first + 1), 2, -1)]
    code += [*(Check(each, "x") for each in (3, 4, 5, 6)), Compute(3, "is", (3, 5)), Compute(4, "is", (4, 6))]
    code += [Compute(2, "build_tuple", (3, 4)), Return(2)]
    made = program(flow("main", ["xs", "ys"], 7, [(("f", described), "f()")], code))
    assert agree(made, [[], {}]) == (True, True)
    kept = KeptCode()
    for _ in range(2):
        assert run_once(link(made, kept), [[], {}], TaskHost({}), 0).value == (True, True)


# --- functions that built-in functions call --------------------------------------------------------------------------------

DOUBLE = flow("double", ["x"], 2, [2], [Compute(1, "*", (0, -1)), Return(1)])
COUNTS = flow(
    "counts", ["n"], 3, [(7, 9), 1],
    [Iterate(1, -1), Next(2, 1, 4), Compute(0, "%", (2, 0)), Jump(1), Return(0)],
)  # fmt: skip
CATCHES = flow(
    "catches", ["n"], 3, [1, ("ZeroDivisionError",), "none"],
    [Compute(1, "//", (-1, 0)), Return(1), Match(2, 1, ("ZeroDivisionError",)), Branch(2, 4, 5), Return(-1), Reraise(1)],
    [Handler(0, 1, 2, 1, False)],
)  # fmt: skip
DEEPER = flow("deeper", ["n"], 2, [10, None], [CallFlow(1, 1, (0,), -2), Compute(1, "//", (-1, 1)), Return(1)])
ASKS = flow("asks", ["n"], 2, [], [Method(1, 0, "bit_length", ()), Return(1)])


def _sorting(key: Any) -> Blueprint:
    main = flow(
        "main", ["xs"], 3, [],
        [Close(1, 2, (), "key"), Compute(2, "sorted", (0, 1), ("", "key")), Return(2)],
    )  # fmt: skip
    return program(main, flow("halved", ["x"], 2, [2], [Compute(1, "//", (0, -1)), Return(1)]), key)


@pytest.mark.parametrize("key", [DOUBLE, COUNTS, CATCHES, DEEPER, ASKS], ids=lambda each: each.name)
@pytest.mark.parametrize("given", [[3, 1, 2], [2, 0, 5], [1, "x", 2], []], ids=repr)
def test_keys_of_a_sort(key: Any, given: list[Any]) -> None:
    """Value, error and trail, whether the function runs through, has loops, catches errors or may be left."""
    agree(_sorting(key), [given])


def test_functions_that_capture_nothing_one_and_several() -> None:
    """They are called with what they captured first."""
    gives = flow("gives", ["a", "b", "c"], 4, [], [Compute(3, "build_tuple", (0, 1, 2)), Return(3)])
    code = [
        Close(1, 1, (), "f"), Close(2, 1, (0,), "g"), Close(3, 1, (0, 0), "h"),
        Invoke(1, 1, (-1, -1, 0)), Invoke(2, 2, (-1, -2)), Invoke(3, 3, (-2,)),
        Compute(1, "build_tuple", (1, 2, 3)), Return(1),
    ]  # fmt: skip
    made = program(flow("main", ["x"], 4, [1, 2], code), gives)
    assert agree(made, [0]) == ((1, 1, 0), (0, 1, 2), (0, 0, 2))


def test_a_function_that_is_called_there_captures_what_lies_where_it_would() -> None:
    """No function is made, so the register keeps what is captured: alone, twice, and through another such function."""
    takes = flow("takes", ["by", "and", "x"], 4, [], [Compute(3, "*", (0, 2)), Compute(3, "+", (3, 1)), Return(3)])
    for captured in [(1, 1), (1, 2), (2, 1)]:
        code = [Close(1, 1, captured, "key"), Compute(2, "sorted", (0, 1), ("", "key")), Return(2)]
        made = program(flow("main", ["xs", "by", "and"], 3, [], code), takes)
        assert agree(made, [[3, 1, 2], -1, 1]) == ([1, 2, 3] if captured == (2, 1) else [3, 2, 1])
        unit = Unit(link(made), TaskHost({}).directs)
        assert unit.code_for(0, 0) is not None, unit.refused


def test_a_function_that_hot_code_makes_runs_as_generated_code_at_once() -> None:
    """However cold it is itself: whoever left its caller in between would go on in tier 0 for ever."""
    code = [
        Compute(1, "range", (0,)), Iterate(1, 1), Next(2, 1, 6), Close(3, 1, (), "f"), Invoke(3, 3, (2,)), Jump(2), Return(-1),
    ]  # fmt: skip
    image = link(program(flow("main", ["n"], 4, [None], code), DOUBLE))
    machine = Machine(image, TaskHost({}))
    assert entry_of(machine, Strand(machine, Frame(image.flows[1], [3]), 0)) is None
    image.flows[0].heat = machine.patience
    asyncio.run(machine.run(0, [300]))
    assert image.flows[1].heat < machine.patience
    entry = entry_of(machine, Strand(machine, Frame(image.flows[1], [3]), 0))
    assert entry is not None
    assert entry.run(machine.aside(), 0, 3) == 6


# --- errors that are forgotten ---------------------------------------------------------------------------------------------


def test_a_forgotten_error_leaves_no_cycle() -> None:
    """Nothing of it waits for the garbage collector."""
    code = [
        Compute(1, "//", (-1, 0)), Return(1), Match(2, 1, ("ZeroDivisionError",)), Branch(2, 4, 5), Return(-1), Reraise(1),
    ]  # fmt: skip
    image = link(program(flow("main", ["n"], 3, [1], code, [Handler(0, 1, 2, 1, False)])))
    run_once(image, [0], TaskHost({}), 0)
    gc.collect()
    before = _count(ZeroDivisionError)
    gc.disable()
    try:
        assert run_once(image, [0], TaskHost({}), 0).value == 1
        assert _count(ZeroDivisionError) == before
    finally:
        gc.enable()


def _count(kind: type) -> int:
    return sum(type(each) is kind for each in gc.get_objects())
