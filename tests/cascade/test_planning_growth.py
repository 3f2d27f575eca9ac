"""Time grows in proportion to a graph, whatever its form, and nothing recurses."""

from __future__ import annotations

import asyncio
import gc
import random
from collections.abc import Callable
from time import process_time
from typing import Any

import pytest
from cascade.engine import Engine

import cascade as cs


@cs.task(mode="inline")
def add(a: int, b: int = 0, *more: object) -> int:
    return a + b


@cs.task(mode="inline")
def depth(x: Any) -> int:
    levels = 0
    while isinstance(x, list):
        x, levels = x[0], levels + 1
    return levels


def deep(size: int) -> object:
    node = add(1)
    for _ in range(size):
        node = add(node, 1)
    return node


def wide(size: int) -> object:
    return add(0, 0, [add(number, 1) for number in range(size)])


def drawn(size: int) -> object:
    rng = random.Random(size)
    nodes = [add(1)]
    for _ in range(size):
        nodes.append(add(rng.choice(nodes[-50:]), 1, rng.choice(nodes)))
    return add(0, 0, nodes)


def nested(size: int) -> object:
    value: object = add(1)
    for _ in range(size):
        value = [value]
    return depth(value)


def skippable(size: int) -> object:
    node = add(1).run_if(True)
    for _ in range(size // 4):
        node = add(node, 1)
    return node


def routed(size: int) -> object:
    node: Any = add(1)
    for _ in range(size // 40):
        node = add(cs.Router(True, {True: add(node, 1), False: add(node, 2)}))
    return node


def seconds(make: Callable[[int], object], size: int, use_vm: bool) -> float:
    target = make(size)
    gc.collect()
    gc.freeze()  # what other tests left is not looked through
    began = process_time()
    try:
        asyncio.run(Engine().run(target, use_vm=use_vm))
        return process_time() - began
    finally:
        gc.unfreeze()


@pytest.mark.parametrize("use_vm", [True, False], ids=["machine", "reference"])
@pytest.mark.parametrize("make", [deep, wide, drawn, nested, skippable, routed])
def test_time_grows_in_proportion(make: Callable[[int], object], use_vm: bool) -> None:
    """Ten times the nodes, at most thirty times the time: caches of the processor and the collector cost something, and a
    hundred would be the square."""
    seconds(make, 100, use_vm)
    small = min(seconds(make, 1_000, use_vm) for _ in range(3))
    assert any(seconds(make, 10_000, use_vm) < 30 * small + 0.05 for _ in range(5))  # others may be busy


def test_a_loop_is_cheap_and_flat() -> None:
    """Ten thousand turns of a node that jumps to itself, with a chain before it that runs once."""
    runs = []

    @cs.task(mode="inline")
    def once(x: int) -> int:
        runs.append(x)
        return x

    @cs.task(mode="inline")
    def step(n: int, chain: int) -> object:
        return cs.Jump("again", n - 1) if n else cs.Jump("out", "done")

    node = step(10_000, once(once(1)))
    cs.bind(node, cs.select_jump({"again": node, "out": None}))
    assert asyncio.run(Engine().run(node)) == "done"
    assert runs == [1, 1]
