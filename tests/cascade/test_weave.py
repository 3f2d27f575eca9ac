"""Branches that wait for each other: no barriers, the first error stops all, the same on both engines."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from typing import Any

import pytest
from cascade.host import LocalHost
from cascade.reference import Interpreter
from cascade.strands import weave
from cascade.tasks import Task, task
from cascade.testing import run_virtual
from cascade_compiler import graph
from cascade_compiler.lifting import lift
from cascade_compiler.lowering import lower
from cascade_compiler.optimise import optimise
from cascade_vm.codec import decode, encode
from cascade_vm.errors import trail_of
from cascade_vm.listing import format_listing, parse_listing
from cascade_vm.machine import Machine
from cascade_vm.readable import from_json, to_json
from cascade_vm.verifier import verify
from support.graphs import FlowBuilder, program

ENGINES = ("reference", "machine", "lifted")


def run(engine: str, made: graph.Program, *tasks: Task[..., Any]) -> Any:
    """What flow ``main`` gives, with the time that it took on the virtual clock."""
    host = LocalHost({each.name: each for each in tasks})

    async def timed() -> tuple[object, float]:
        loop = asyncio.get_running_loop()
        if engine == "machine":
            blueprint = optimise(lower(made))
            verify(blueprint)
            assert (
                decode(encode(blueprint))
                == parse_listing(format_listing(blueprint))
                == from_json(to_json(blueprint))
                == blueprint
            )
            value = await Machine(blueprint, host).run(blueprint.flow_named("main"), ())
        else:
            value = await Interpreter(lift(lower(made)) if engine == "lifted" else made, host).run("main", ())
        return value, loop.time()

    return run_virtual(timed())


def branch(name: str, *parameters: str, body: Callable[[Any], int]) -> FlowBuilder:
    flow = FlowBuilder(name, *parameters, branch=True)
    nodes = flow.nodes()
    flow.block(nodes, graph.Return, body(nodes))
    return flow


def main(*branches: graph.ForkBranch, limit: int | None = None) -> FlowBuilder:
    flow = FlowBuilder("main")
    nodes = flow.nodes()
    bound = None if limit is None else nodes.const(limit)
    flow.block(nodes, graph.Return, nodes.add(graph.Fork, branches, bound))
    return flow


@task(name="t:nap")
async def nap(seconds: float, value: object) -> object:
    await asyncio.sleep(seconds)
    return value


@task(name="t:fail")
async def fail(seconds: float) -> object:
    await asyncio.sleep(seconds)
    raise ValueError("no")


def napping(name: str, seconds: float, *inputs: str) -> FlowBuilder:
    """A branch that sleeps, and gives its name and what it was given."""

    def body(nodes: Any) -> int:
        given = nodes.op("build_tuple", nodes.const(name), *(nodes.load(each) for each in inputs))
        value: int = nodes.task("t:nap", nodes.const(seconds), given)
        return value

    return branch(name, *inputs, body=body)


@pytest.mark.parametrize("engine", ENGINES)
def test_no_stage_holds_others_up(engine: str) -> None:
    """A (0.3 s) beside B (0.05) -> C (0.25) takes 0.3 s."""
    flows = (napping("a", 0.3), napping("b", 0.05), napping("c", 0.25, "x"))
    branches = (graph.ForkBranch("a", ()), graph.ForkBranch("b", ()), graph.ForkBranch("c", (), inputs=(1,)))
    made = program(main(*branches), *flows, tasks=["t:nap"])
    value, took = run(engine, made, nap)
    assert value == [("a",), ("b",), ("c", ("b",))]
    assert took == pytest.approx(0.3, abs=1e-3)


@pytest.mark.parametrize("engine", ENGINES)
def test_results_and_order_edges(engine: str) -> None:
    """A branch gets the results that it names, in the order in which it names them; ``after`` gives it none."""
    flows = (napping("a", 0.2), napping("b", 0.1), napping("c", 0.1, "x", "y", "x2"), napping("d", 0.1))
    branches = (
        graph.ForkBranch("a", ()), graph.ForkBranch("b", ()), graph.ForkBranch("c", (), inputs=(1, 0, 1)),
        graph.ForkBranch("d", (), after=(2, 0)),
    )  # fmt: skip
    value, took = run(engine, program(main(*branches), *flows, tasks=["t:nap"]), nap)
    assert value == [("a",), ("b",), ("c", ("b",), ("a",), ("b",)), ("d",)]
    assert took == pytest.approx(0.4, abs=1e-3)


@pytest.mark.parametrize("engine", ENGINES)
def test_the_first_error_stops_what_runs_and_what_waits(engine: str) -> None:
    """Its trail has the place in the branch and that of the fork."""
    flows = (napping("a", 9.0), branch("b", body=lambda n: n.task("t:fail", n.const(0.1), line=500)), napping("c", 1.0, "x"))
    branches = (graph.ForkBranch("a", ()), graph.ForkBranch("b", ()), graph.ForkBranch("c", (), inputs=(0,)))
    with pytest.raises(ValueError, match="no") as caught:
        run(engine, program(main(*branches), *flows, tasks=["t:nap", "t:fail"]), nap, fail)
    assert trail_of(caught.value)[0].line == 500
    assert [place.flow for place in trail_of(caught.value)] == ["b", "main"]


@pytest.mark.parametrize(("limit", "expected"), [(1, 0.6), (2, 0.3), (None, 0.3)])
@pytest.mark.parametrize("engine", ENGINES)
def test_the_limit_counts_what_runs(engine: str, limit: int | None, expected: float) -> None:
    """What waits for others takes no place."""
    flows = (napping("a", 0.3), napping("b", 0.05), napping("c", 0.25, "x"))
    branches = (graph.ForkBranch("a", ()), graph.ForkBranch("b", ()), graph.ForkBranch("c", (), inputs=(1,)))
    _, took = run(engine, program(main(*branches, limit=limit), *flows, tasks=["t:nap"]), nap)
    assert took == pytest.approx(expected, abs=1e-3)


def test_ten_thousand_branches_in_proportion() -> None:
    """A chain and a wide graph: ten times the branches take some ten times as long, and no recursion."""

    async def one(results: Any, number: int) -> int:
        return number if not number else results[number - 1] + 1

    def begins(count: int) -> list[Any]:
        return [lambda results, number=number: one(results, number) for number in range(count)]

    def seconds(count: int) -> float:
        began = time.process_time()
        needs = [(number - 1,) if number else () for number in range(count)]
        assert asyncio.run(weave(begins(count), needs))[-1] == count - 1
        return time.process_time() - began

    seconds(100)
    assert seconds(10_000) < 40 * seconds(1_000)


@pytest.mark.parametrize("seed", range(20))
def test_a_random_graph_computes_what_its_nodes_say(seed: int) -> None:
    """Whatever the shape, each branch sees the results that it needs."""
    chance = random.Random(seed)
    count = chance.randint(1, 60)
    needs = [tuple(chance.sample(range(n), chance.randint(0, min(n, 3)))) for n in range(count)]

    async def body(results: Any, number: int) -> int:
        await asyncio.sleep(chance.random())
        return 1 + sum(results[each] for each in needs[number])

    expected: list[int] = []
    for each in needs:
        expected.append(1 + sum(expected[n] for n in each))
    begins: list[Any] = [lambda results, n=n: body(results, n) for n in range(count)]
    assert run_virtual(weave(begins, needs, chance.choice([None, 1, 3]))) == expected
