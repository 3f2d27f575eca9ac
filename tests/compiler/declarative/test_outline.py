"""Outlines and their programs: what becomes code in a row, what a fork, which nodes a gate keeps from running."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from cascade.host import LocalHost
from cascade.reference import Interpreter
from cascade.tasks import Task
from cascade_compiler import graph
from cascade_compiler.declarative import Outline, build_program
from cascade_compiler.declarative.demand import CircularDemand, part_for
from cascade_compiler.declarative.outline import Call, Gate, Item, Operand, Result, Route, Slot, States
from cascade_compiler.declarative.regions import stretches
from cascade_compiler.lowering import lower
from cascade_compiler.optimise import optimise
from cascade_vm.blueprint import Task as Declared
from cascade_vm.host import Place
from cascade_vm.machine import Machine
from cascade_vm.verifier import find_complaints

PLACE = Place("main", "test.py", 1, 0, 1, 1)
NAMES = "abcdefgh"


def call(name: str, *arguments: Operand, **more: Any) -> Item:
    return Item(name, PLACE, Call(f"tests:{name}", arguments, ("",) * len(arguments)), **more)


def outline(*nodes: Item, slots: int = 1, target: int | None = None) -> Outline:
    tasks = tuple(Declared(f"tests:{name}") for name in NAMES)
    return Outline(nodes, len(nodes) - 1 if target is None else target, slots, tasks)


def chains(made: Outline) -> list[tuple[list[int], list[list[int]], list[int]]]:
    """What runs before, beside and behind, for each stretch."""
    found = stretches(part_for(made, made.target))
    return [(list(each.before), [cluster.nodes for cluster in each.clusters], list(each.behind)) for each in found]


def run(made: Outline, *inputs: object) -> object:
    """The value, which is the same on both engines; the Blueprint satisfies the verifier."""
    program = build_program(made)
    plain = lower(program)
    blueprint = optimise(plain)
    assert [*find_complaints(plain), *find_complaints(blueprint)] == []
    tasks = {f"tests:{name}": Task(_named(name), f"tests:{name}", mode="inline") for name in NAMES}
    values = [
        asyncio.run(Interpreter(program, LocalHost(tasks)).run("$graph", inputs)),
        asyncio.run(Machine(blueprint, LocalHost(tasks)).run(blueprint.flow_named("$graph"), inputs)),
    ]
    assert values[0] == values[1]
    return values[0]


def _named(name: str) -> Any:
    return lambda *given: name + "".join(f"({each})" for each in given)


def test_a_chain_is_one_row() -> None:
    """No fork, no flow of its own."""
    made = outline(call("a", Slot(0)), call("b", Result(0)), call("c", Result(1)))
    assert chains(made) == [([0, 1, 2], [], [])]
    assert run(made, 1) == "c(b(a(1)))"


def test_what_is_beside_each_other_forks_between_a_common_start_and_end() -> None:
    """The two ends run in the frame that they are in."""
    made = outline(call("a"), call("b", Result(0)), call("c", Result(0)), call("d", Result(2)), call("e", Result(1), Result(3)))
    assert chains(made) == [([0], [[1], [2, 3]], [4])]
    assert run(made, 1) == "e(b(a))(d(c(a)))"


def test_a_node_that_reaches_over_the_next_is_in_the_row() -> None:
    """Each needs the two before it: still nothing can run beside another."""
    made = outline(call("a"), call("b", Result(0)), call("c", Result(0), Result(1)), call("d", Result(1), Result(2)))
    assert chains(made) == [([0, 1, 2, 3], [], [])]


def test_branches_wait_for_what_they_need_only() -> None:
    """``a`` and ``b -> c`` and ``d``, which needs ``a`` and ``b``."""
    made = outline(call("a"), call("b"), call("c", Result(1)), call("d", Result(0), Result(1)), call("e", Result(2), Result(3)))
    program = build_program(made)
    (fork,) = (node for block in program.flows[0].blocks for node in block.nodes if isinstance(node, graph.Fork))
    assert [branch.inputs for branch in fork.branches] == [(), (), (1,), (0, 1)]
    assert run(made, 1) == "e(c(b))(d(a)(b))"


def test_a_jump_ends_a_stretch() -> None:
    """What needs the node that may jump is in the next; what does not is beside it."""
    made = outline(call("a", states=States(Slot(0), (0,))), call("b"), call("c", Result(0), Result(1)), slots=1)
    assert chains(made) == [([], [[0], [1]], []), ([2], [], [])]


def test_gates_grow_with_the_graph() -> None:
    """All nodes that only one route needs share one gate."""
    nodes = [call("a")]
    nodes += [call("a", Result(number)) for number in range(50)]
    made = outline(*nodes, call("b"), Item("router", PLACE, Route(Slot(0), Slot(1), (Result(50), Result(51)))), slots=2)
    items = part_for(made, made.target).items
    assert sum(isinstance(item.work, Gate) for item in items.values()) == 2
    assert run(made, 2, (1, 2)) == "b"


def test_a_selector_that_needs_another_route_of_what_it_chooses_is_refused() -> None:
    """Neither could begin."""
    first = Item("first", PLACE, Route(Slot(0), Slot(1), (Result(0),)))
    second = Item("second", PLACE, Route(Result(1), Slot(1), (Result(0),)))
    with pytest.raises(CircularDemand):
        build_program(outline(call("a"), first, second, slots=2))


def test_states_that_nobody_can_reach_are_not_in_the_program() -> None:
    """The goal's nodes only."""
    made = outline(call("a"), call("b"), call("c", Slot(0)), slots=1)
    calls = [node.task for flow in build_program(made).flows for block in flow.blocks for node in block.nodes
             if isinstance(node, graph.CallTask)]  # fmt: skip
    assert set(calls) == {"tests:c"}
