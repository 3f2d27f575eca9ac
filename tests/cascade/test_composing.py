"""Sequences and pipelines, as graphs; how they run is tested with the engine."""

from __future__ import annotations

from typing import Any

import pytest
from cascade.errors import GraphError
from cascade.lazy import NOTHING, LazyResult
from cascade.structure import edges_of, nodes_of

import cascade as cs


@cs.task(name="tests:work")
def work(of: object = None, also: object = None) -> object:
    return of


def test_a_sequence_is_in_order() -> None:
    """Each call comes after the one before; the nodes that were given stay as they are."""
    first, second, third = work(1), work(2), work(3)
    last = cs.sequence([first, second, third])
    (before,) = last.order
    assert isinstance(before, LazyResult)
    assert (last.args, before.args, before.order) == ((3,), (2,), (first,))
    assert third.order == second.order == ()
    assert cs.sequence([first]) is first


def test_a_call_of_a_sequence_may_be_given_to_a_later_one() -> None:
    """It is called once: the later one gets the call that is in order."""
    first = work(1)
    second = work(2)
    last = cs.sequence([first, second, work([{"a": second}], cs.Router(work(4), {1: second, 2: first})).run_if(second)])
    calls = [node for node in nodes_of(last) if isinstance(node, LazyResult)]
    assert sorted(call.args[0] for call in calls if call.args and isinstance(call.args[0], int)) == [1, 2, 4]
    assert second not in set(calls)
    assert first in set(calls)


def test_a_pipeline_hands_values_on() -> None:
    """A step that is skipped lets the value through; a task, a function and a placeholder as the value will do."""
    start = cs.Param("start")
    last = cs.pipeline(start, [work, lambda value: work(also=value).run_if(work()), work])
    middle = last.args[0]
    first = middle.kwargs["also"]
    assert middle.otherwise is first
    assert first.args == (start,)
    assert work().otherwise is NOTHING
    assert cs.pipeline(3, []) == 3


@pytest.mark.parametrize(
    ("make", "code", "complaint"),
    [
        (lambda: cs.sequence([]), "CS439", "a sequence of nothing has no value"),
        (lambda: cs.sequence([work]), "CS432", "a sequence is made of calls, not of Task"),  # type: ignore[list-item]
        (lambda: cs.pipeline(1, [work()]), "CS432", "not a call of its own, which gets no value"),
        (lambda: cs.pipeline(1, [3]), "CS432", "a task or a function, not int"),  # type: ignore[list-item]
    ],
)
def test_what_can_not_be_composed_is_refused(make: Any, code: str, complaint: str) -> None:
    """With the line where it is written."""
    with pytest.raises(GraphError, match=complaint) as caught:
        make()
    assert caught.value.code == code
    assert str(caught.value.problems[0].place).startswith(f"{__file__}:")


def test_every_way_into_a_node_is_an_edge() -> None:
    """Arguments at any depth, settings, conditions, what stands in, order, and jumps out of it."""
    a, b, c, d, e, f = (work(n) for n in range(6))
    node = work([1, {"k": (a, {b})}], also=a).with_retry(c).run_if([d]).or_else(e).after(f)
    cs.bind(node, cs.select_jump({"again": node, "end": None}))
    calls = [a, a, b, c, d, e, f, node]
    kinds = ["data", "data", "data", "policy", "condition", "otherwise", "order", "jump"]
    labels = ["0", "0", "also", "attempts", "run_if", "or_else", "after", "again"]
    found = edges_of(node)
    assert [edge.kind for edge in found] == kinds
    assert [edge.label for edge in found] == labels
    assert {edge.source for edge in found} == {*calls}


def test_a_call_in_a_container_of_ones_own_is_refused() -> None:
    """Nothing would put its result there."""
    from collections import namedtuple

    pair = namedtuple("pair", "a b")
    with pytest.raises(GraphError, match="a pair holds the result of a call"):
        nodes_of(work(pair(work(), 1)))
    assert len(nodes_of(work(pair(1, 2)))) == 1


def test_containers_may_hold_themselves() -> None:
    """As a literal they are nobody's business."""
    loop: list[object] = [work()]
    loop.append(loop)
    assert len(nodes_of(work(loop))) == 2
