"""Any graph of jumps becomes code that takes the same way, wherever it is entered and left."""

from __future__ import annotations

import random
from typing import Any

import pytest
from cascade_vm.blueprint import Blueprint, Flow, Handler, Location, Parameter
from cascade_vm.constants import Constant
from cascade_vm.generated.cursors import Iterators
from cascade_vm.generated.graph import MOST_INSTRUCTIONS, Plan
from cascade_vm.linker import link
from cascade_vm.opcodes import Branch, Compute, Copy, Instruction, Iterate, Jump, Method, Next, Return, Switch
from cascade_vm.verifier import verify
from support.effort import scaled
from support.tiers import TaskHost, outcomes, run_once

BITS, TRAIL, VALUE, ERROR, CURSOR = range(5)
NONE, FEW = -1, -2


PROGRAMS = scaled(120)


def constant(number: int) -> int:
    return -3 - number


def made(code: list[Instruction], handlers: list[Handler], most: int = 40) -> Blueprint:
    constants = tuple(map(Constant, (None, (3, 4), *range(most))))
    locations = tuple(Location(0, 1 + pc, 0, 1 + pc, 1, "main") for pc in range(len(code)))
    parameters = (Parameter("bits"), Parameter("trail"))
    flow = Flow("main", parameters, 7, constants, tuple(code), tuple(range(len(code))), locations, tuple(handlers), (None,) * 7)
    blueprint = Blueprint((flow,), (), ("made.csc",), 0)
    verify(blueprint)
    return blueprint


def random_flow(chance: random.Random) -> Blueprint:
    """Blocks that say which they are, and go where the next of some numbers says; each can fail, when there are no more."""
    blocks = chance.randint(3, 9)
    start = 6

    def label() -> int:
        return start + 3 * chance.randrange(blocks)

    code: list[Instruction] = [Copy(VALUE, constant(0)), Copy(ERROR, NONE), Iterate(CURSOR, FEW)]
    code += [Iterate(CURSOR + 1, BITS), Iterate(CURSOR + 2, FEW), Copy(VALUE, NONE)]
    for number in range(blocks):
        cursor = CURSOR + chance.randrange(3)
        if chance.random() < 0.4:  # the head of a loop over values
            code += [Next(VALUE, cursor, label()), Compute(ERROR, "append", (TRAIL, VALUE)), Jump(label())]
            continue
        if chance.random() < 0.2:
            source = chance.choice([FEW, BITS, TRAIL])
            code += [Iterate(cursor, source), Compute(ERROR, "append", (TRAIL, constant(number))), Jump(label())]
            continue
        code.append(Compute(VALUE, "append", (TRAIL, constant(number))))
        kind = chance.randrange(8)
        code.append(Method(VALUE, BITS, "pop", ()) if kind < 6 else Copy(VALUE, constant(number % 3)))
        ends: list[Instruction] = [
            Branch(VALUE, label(), label()),
            Switch(VALUE, (label(), label()), label()),
            Next(VALUE, cursor, label()) if number + 1 < blocks else Jump(label()),
            Branch(VALUE, label(), label()),
            Branch(VALUE, label(), label()),
            Switch(VALUE, (label(), label(), label()), label()),
            Jump(label()),
            Return(TRAIL),
        ]
        code.append(ends[kind])
    code.append(Return(TRAIL))
    handlers = []
    for _ in range(chance.choice([0, 1, 1, 2])):
        first = chance.randrange(blocks)
        last = chance.randrange(first, blocks)
        target = start + 3 * chance.randrange(last + 1, blocks + 1)
        handlers.append(Handler(start + 3 * first, start + 3 * last + 3, target, ERROR, chance.random() < 0.3))
    inner = [a for a in handlers if not any(a != b and a.start < b.end and b.start < a.end for b in handlers)]
    return made(code, inner)


@pytest.mark.parametrize("piece", range(6))
def test_a_graph_of_jumps_is_gone_through_in_the_same_way(piece: int) -> None:
    """Loops in each other, several entries into loops, jumps out of many, switches, handlers: path, error and place."""
    for seed in range(piece, PROGRAMS, 6):
        chance = random.Random(seed)
        blueprint = random_flow(chance)
        bits = [chance.choice([0, 0, 1, 1, 2]) for _ in range(chance.randint(4, 25))]

        def arguments(bits: list[int] = bits) -> list[Any]:
            return [[*bits], []]

        ways = outcomes(blueprint, arguments, limit=400)
        _, expected = next(ways)
        for way, got in ways:
            assert got == expected, (seed, way, blueprint.flows[0].code, blueprint.flows[0].handlers)


def test_the_graphs_are_structured() -> None:
    """Nearly all of them become code: a test of what stays in tier 0 would say nothing."""
    refused = 0
    for seed in range(PROGRAMS):
        image = link(random_flow(random.Random(seed)))
        run_once(image, [[1, 0, 1, 2, 1, 0, 0, 1], []], TaskHost({}, limit=100), 0, 1)
        refused += any(instance.unit.refused for instance in image.instances)
    assert refused < 5


def test_a_loop_with_two_entries_is_entered_at_both() -> None:
    """Control comes to the middle of the loop first, then to its head."""
    code: list[Instruction] = [
        Copy(VALUE, constant(0)),
        Copy(ERROR, NONE),
        Method(VALUE, BITS, "pop", ()),
        Branch(VALUE, 4, 6),
        Compute(VALUE, "append", (TRAIL, constant(1))),
        Jump(6),
        Compute(VALUE, "append", (TRAIL, constant(2))),
        Method(VALUE, BITS, "pop", ()),
        Branch(VALUE, 4, 9),
        Return(TRAIL),
    ]
    for bits in ([0, 1, 1, 1, 1], [0, 1, 1, 1, 0], [0, 0], [0, 1]):
        ways = list(outcomes(made(code, []), lambda bits=bits: [[*bits], []]))  # type: ignore[misc]
        assert {str(got) for _, got in ways} == {str(ways[0][1])}


def test_what_is_too_large_stays_in_tier_0() -> None:
    """And runs there."""
    code: list[Instruction] = [Copy(VALUE, constant(number % 30)) for number in range(MOST_INSTRUCTIONS + 1)]
    image = link(made([*code, Return(VALUE)], []))
    ended = run_once(image, [[], []], TaskHost({}), 0)
    assert ended.value == MOST_INSTRUCTIONS % 30
    assert all(entry is None for instance in image.instances for entry in instance.entries.values())


def test_what_is_nested_too_deeply_stays_in_tier_0() -> None:
    """A hundred loops in each other are more than Python's syntax takes."""
    depth = 100
    code: list[Instruction] = [Copy(VALUE, constant(0)), Copy(ERROR, NONE)]
    code += [Compute(VALUE, "append", (TRAIL, constant(1)))] * depth
    for number in range(depth):
        code.append(Method(VALUE, BITS, "pop", ()))
        code.append(Branch(VALUE, 2 + depth - 1 - number, len(code) + 1))
    code.append(Return(TRAIL))
    bits = [0] * depth + [1, 1]
    ways = list(outcomes(made(code, []), lambda: [[*bits], []]))
    assert {str(got) for _, got in ways} == {str(ways[0][1])}
    assert ways[0][1].error is None


def test_a_register_is_an_iterator_where_it_is_nothing_else() -> None:
    """One that is read by something else than a loop keeps its cursor."""
    code: list[Instruction] = [Iterate(CURSOR, BITS), Next(VALUE, CURSOR, 3), Jump(1), Return(TRAIL)]
    flow = made(code, []).flows[0]
    found = Iterators(flow, Plan(flow))
    assert [found.holds(CURSOR, pc) for pc in range(4)] == [False, True, True, True]
    code = [Iterate(CURSOR, BITS), Next(VALUE, CURSOR, 3), Jump(1), Return(CURSOR)]
    flow = made(code, []).flows[0]
    assert not Iterators(flow, Plan(flow)).holds(CURSOR, 1)
