"""Blueprints of graphs: what becomes an input, what is written into them, and that a machine runs them."""

from __future__ import annotations

from typing import Any

import pytest
from cascade.errors import EngineError, TaskError
from cascade.testing import run_virtual
from cascade.vm_api import BlueprintBuilder, VirtualMachine
from cascade_vm.blueprint import Blueprint
from cascade_vm.codec import decode, encode
from cascade_vm.verifier import verify

import cascade as cs


@cs.task(name="blueprints:add", mode="inline")
def add(a: int, b: int = 1) -> int:
    return a + b


@cs.task(name="blueprints:show", mode="inline")
def show(*items: object, **named: object) -> object:
    return list(items), named


@cs.task(name="blueprints:noop", mode="inline")
def noop(_dummy: object = None) -> str:
    return "done"


@cs.task(name="blueprints:step", mode="inline")
def step(n: int, _structure: object = None) -> cs.Jump:
    return cs.Jump("loop", n - 1) if n > 0 else cs.Jump("exit", _structure)


def loop(n: int, complexity: int) -> Any:
    """A chain of calls that the step of a loop needs."""
    chain = noop()
    for _ in range(complexity):
        chain = noop(_dummy=chain)
    node = step(n, _structure=chain)
    return cs.bind(node, cs.select_jump({"loop": node, "exit": None}))


def inputs(blueprint: Blueprint) -> list[str]:
    assert blueprint.entry is not None
    return [parameter.name for parameter in blueprint.flows[blueprint.entry].parameters]


def execute(blueprint: Blueprint, *args: object, **kwargs: object) -> object:
    """Verified, written down and read back, then run."""
    verify(blueprint)
    again = decode(encode(blueprint))
    assert again == blueprint
    return run_virtual(VirtualMachine().execute(again, args, kwargs))


def test_a_template_has_the_roots_literals_as_inputs() -> None:
    """By the names of the root's parameters; the literals of other calls are written in."""
    blueprint = BlueprintBuilder().build(add(1, add(2, b=5)), template=True)
    assert inputs(blueprint) == ["a"]
    assert [execute(blueprint, 10), execute(blueprint, a=-7)] == [17, 0]
    with pytest.raises(TypeError, match="missing 1 required positional argument: 'a'"):
        execute(blueprint)
    with pytest.raises(TypeError, match="unexpected keyword argument 'b'"):
        execute(blueprint, 1, b=2)


def test_without_a_template_all_literals_are_written_in() -> None:
    """Lists and dicts too."""
    blueprint = BlueprintBuilder().build(show(1, [2, {"a": (3,)}], add(4), more={5}))
    assert inputs(blueprint) == []
    assert execute(blueprint) == ([1, [2, {"a": (3,)}], 5], {"more": {5}})


def test_calls_of_one_shape_have_one_template() -> None:
    """Whatever their literals; another shape has another."""

    def build(n: object, m: object, template: bool) -> Blueprint:
        return BlueprintBuilder().build(add(n, add(m)), template=template)

    assert build(1, 3, True) == build(2, 3, True) == build([1], 3, True)
    assert build(1, 3, True) != build(1, 4, True)
    assert build(1, 3, False) != build(2, 3, False)
    assert build(1, 3, False) != build(True, 3, False)


def test_arguments_of_any_form_have_names() -> None:
    """Those that a rest parameter takes are counted."""
    blueprint = BlueprintBuilder().build(show(1, 2, named=3), template=True)
    assert inputs(blueprint) == ["items0", "items1", "named"]
    assert execute(blueprint, 7, 8, named=9) == ([7, 8], {"named": 9})


@pytest.mark.parametrize("complexity", [0, 20])
def test_a_loop_with_a_chain_is_one_blueprint(complexity: int) -> None:
    """Whose turns take no planning; nodes that do not depend on what changes are not run again."""
    blueprint = BlueprintBuilder().build(loop(5, complexity), template=True)
    assert inputs(blueprint) == ["n"]
    assert blueprint == BlueprintBuilder().build(loop(500, complexity), template=True)
    assert [execute(blueprint, n) for n in (0, 3, 2000)] == ["done"] * 3


def test_parameters_of_the_graph_are_inputs() -> None:
    """With their defaults."""
    blueprint = BlueprintBuilder().build(add(cs.Param("x", 3), add(cs.Param("y"), cs.Param("x", 3))))
    assert inputs(blueprint) == ["y", "x"]
    assert [execute(blueprint, 1), execute(blueprint, 1, 1)] == [7, 3]


def test_what_can_not_be_written_is_refused() -> None:
    """With what to do about it; as an input of a template it may be anything."""
    with pytest.raises(EngineError, match="CS453"):
        BlueprintBuilder().build(show(open))
    template = BlueprintBuilder().build(show(open), template=True)
    assert execute(template, print) == ([print], {})


def test_tasks_are_found_by_their_names() -> None:
    """One that is gone is named."""
    blueprint = BlueprintBuilder().build(cs.task(name="blueprints:gone", mode="inline")(lambda: 1)())
    with pytest.raises(TaskError, match="blueprints:gone"):
        execute(blueprint)
