"""Random graphs of calls mean the same on both engines, and what a plain model of them says."""

from __future__ import annotations

from functools import cache
from typing import Any

from cascade.errors import GraphError
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from support.both_engines import on_both
from support.effort import scaled
from support.lazy_graphs import SKIPPED, Bound, Broken, Call, Each, Graph, Holding, Ref, Route, counted, make, model

import cascade as cs

_LITERALS = st.integers(0, 3) | st.sampled_from([None, True, "x"])


@cache
def arguments(earlier: int) -> st.SearchStrategy[Any]:
    leaf = _LITERALS if not earlier else _LITERALS | st.integers(0, earlier - 1).map(Ref) | st.integers(0, earlier - 1).map(Ref)
    return st.recursive(
        leaf,
        lambda inner: st.builds(
            Holding, st.sampled_from(["list", "tuple", "dict"]), st.lists(inner, min_size=1, max_size=3).map(tuple)
        ),
        max_leaves=4,
    )


@st.composite
def graphs(draw: st.DrawFn, jumps: bool) -> tuple[Graph, tuple[int, ...]]:
    """A graph and its target: a node, or a list of nodes."""
    nodes: list[Any] = []
    count = draw(st.integers(1, 8))
    for number in range(count):
        kinds = ["call", "call", "call", "each"] + (["route"] if number > 1 and not jumps else [])
        given_nodes = st.integers(0, max(number - 1, 0))
        condition = draw(st.none() | st.none() | st.booleans() | (given_nodes.map(Ref) if number else st.none()))
        match draw(st.sampled_from(kinds)):
            case "route":
                routes = tuple(draw(st.lists(given_nodes, min_size=1, max_size=3)))
                nodes.append(Route(draw(given_nodes), routes))
            case "each":
                nodes.append(Each(tuple(draw(st.lists(arguments(number), max_size=3))), condition))
            case _:
                failures = draw(st.sampled_from([0, 0, 0, 1, 2]))
                enough = jumps or draw(st.integers(0, 5)) > 0
                nodes.append(
                    Call(
                        draw(arguments(number)),
                        draw(arguments(number)),
                        condition,
                        tuple(draw(st.lists(given_nodes, max_size=2))) if number else (),
                        failures,
                        failures + 1 if enough else 1,
                        draw(st.none() | st.none() | arguments(number)),
                    )
                )
    target = draw(st.lists(st.integers(0, count - 1), min_size=1, max_size=3, unique=True)) if not jumps else [count - 1]
    if draw(st.booleans()):
        target = [count - 1]
    return nodes, tuple(target)


@st.composite
def jumping(draw: st.DrawFn) -> tuple[Graph, tuple[int, ...]]:
    """A graph of which one node jumps."""
    nodes, target = draw(graphs(jumps=True))
    calls = [number for number, node in enumerate(nodes) if isinstance(node, Call)]
    if not calls:
        return nodes, target
    source = draw(st.sampled_from(calls))
    states = draw(st.lists(st.sampled_from([*calls, None]), min_size=1, max_size=3))
    named = tuple((f"s{number}", state) for number, state in enumerate(states))
    data = st.none() | st.integers(0, 9) | st.integers(0, 9).map(lambda k: {"k": k})
    script = draw(st.lists(st.tuples(st.sampled_from([key for key, _ in named]), data), min_size=1, max_size=4))
    node: Any = nodes[source]
    changed = list(nodes)
    changed[source] = Call(node.first, node.k, node.condition, node.after, 0, 1, node.otherwise, Bound(named, tuple(script)))
    return changed, target


def check(graph: Graph, target: tuple[int, ...]) -> None:
    try:
        seen = on_both(lambda log: make(graph, target, log))
    except AssertionError:
        raise
    if isinstance(seen.error, GraphError):
        assert seen.error.code == "CS441"
        event("refused")
        return
    try:
        value, calls = model(graph, target)
    except Broken:
        event("failed")
        assert isinstance(seen.error, Broken)
        return
    if value is SKIPPED:
        event("skipped")
        assert isinstance(seen.error, cs.DependencyMissingError)
    else:
        event("done")
        assert seen.error is None
        assert seen.value == value
    assert counted(seen.log) == calls


_PROFILE = settings(
    max_examples=scaled(150), deadline=None, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large]
)


@_PROFILE
@given(graphs(jumps=False))
def test_graphs_mean_what_the_model_says(drawn: tuple[Graph, tuple[int, ...]]) -> None:
    """Nesting, sharing, conditions, order, routers, maps and retries: value, error, events and calls."""
    check(*drawn)


@_PROFILE
@given(jumping())
def test_jumps_mean_what_the_model_says(drawn: tuple[Graph, tuple[int, ...]]) -> None:
    """A node that jumps to itself, back, forward, aside, or to the end: only what depends on the state runs again."""
    check(*drawn)
