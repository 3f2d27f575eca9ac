"""Dry runs: what would run, in which stages, and what only the run can tell."""

from __future__ import annotations

import pytest
from cascade.errors import ArgumentError, GraphError

import cascade as cs


def _never(*_: object, **__: object) -> object:
    raise AssertionError("a dry run runs nothing")


a, b, c = (cs.task(name=f"preview:{name}")(_never) for name in "abc")


def test_stages_are_in_order_of_need() -> None:
    """Calls of one stage can run side by side; a node that is used twice runs once."""
    shared = a()
    planned = cs.dry_run(c(b(shared), [b(shared)]).after(a()))
    assert str(planned) == "1. a, a\n2. b, b\n3. c"
    assert {call.status for call in planned.calls} == {"runs"}
    assert planned.calls[0].place.file == __file__


def test_skipped_calls_are_told_with_the_reason() -> None:
    """A condition that is false, what needs a skipped call, and what stands in for one."""
    skipped = a().run_if(False)
    assert str(cs.dry_run([b(skipped), c().after(skipped)])) == (
        "1. a (skipped: its condition is false)\n2. b (skipped: it needs `a`), c"
    )
    assert str(cs.dry_run(b(skipped.or_else(1)))) == "1. a (skipped: its condition is false)\n2. b"
    assert str(cs.dry_run(b(a().run_if(c())))) == "1. c\n2. a (may run: its condition is open)\n3. b (may run: it needs `a`)"


def test_routes_are_taken_when_parameters_say_so() -> None:
    """Without them, every route is open."""
    both = a()
    graph = c(cs.Router(cs.Param("way"), {"x": b(both), "y": a(both)}))
    assert (
        str(cs.dry_run(graph, {"way": "x"})) == "1. a\n2. b, a (skipped: its route is not taken)\n3. c\nreads parameter `way`"
    )
    open_routes = cs.dry_run(graph)
    assert [call.status for call in open_routes.calls] == ["may run"] * 3 + ["runs"]
    with pytest.raises(ArgumentError, match="CS405"):
        cs.dry_run(graph, {})
    with pytest.raises(ArgumentError, match=r"CS406.*`ways`"):
        cs.dry_run(graph, {"ways": "x", "way": "x"})


def test_states_of_a_loop_may_run() -> None:
    """The call that is run for runs; where it may jump is open."""
    step = a()
    cs.bind(step, cs.select_jump({"again": step, "other": b(c()), "end": None}))
    assert [(call.name, call.status) for call in cs.dry_run(step).calls] == [("a", "runs"), ("c", "may run"), ("b", "may run")]


def test_large_graphs_are_previewed() -> None:
    """10,000 calls in a row."""
    node = a()
    for _ in range(10_000):
        node = b(node)
    assert len(cs.dry_run(node).stages) == 10_001


def test_what_can_not_run_is_refused() -> None:
    """A literal is no program."""
    with pytest.raises(GraphError, match="there is nothing to run in int"):
        cs.dry_run(3)
