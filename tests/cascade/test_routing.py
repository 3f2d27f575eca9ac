"""Routers, selectors and jumps, as they are written down."""

from __future__ import annotations

from typing import Any

import pytest
from cascade.errors import GraphError

import cascade as cs


@cs.task(name="tests:step")
def step(n: int = 0) -> int:
    return n


def test_a_router_keeps_its_routes() -> None:
    """The dict that it was given may change afterwards."""
    routes: dict[str, object] = {"a": step(1), "b": 2}
    selector = cs.Param("which")
    router = cs.Router(selector, routes)
    del routes["a"]
    assert list(router.routes) == ["a", "b"]
    assert router.selector is selector
    assert router.place.file == __file__
    assert cs.Router(selector=step(), routes={1: step()}).routes.keys() == {1}


def test_bind_attaches_to_that_very_node() -> None:
    """It is the one call that changes a node; methods keep what is bound."""
    node = step(3)
    selector = cs.select_jump({"loop": node, "exit": None})
    assert cs.bind(node, selector) is node
    assert node.selector is selector
    assert cs.bind(node, selector) is node
    assert node.with_retry(2).selector is selector
    assert selector.routes == {"loop": node, "exit": None}


def test_jumps_are_data() -> None:
    """`Jump` and `TailCall` compare, and come from one place under several names."""
    from cascade.spec.blueprint import Jump, TailCall

    assert (cs.Jump, cs.TailCall) == (Jump, TailCall)
    assert cs.Jump("loop", 3) == cs.Jump(target_key="loop", data=3)
    assert cs.TailCall(kwargs={"n": 1}).args == ()


@pytest.mark.parametrize(
    ("make", "code", "complaint"),
    [
        (lambda: cs.Router(1, {}), "CS433", "a router without routes leads nowhere"),
        (lambda: cs.Router(1, [step()]), "CS433", "the routes of a router are a dict, not list"),  # type: ignore[arg-type]
        (lambda: cs.select_jump({}), "CS433", "a selector without routes leads nowhere"),
        (lambda: cs.select_jump({"a": 3}), "CS432", "a jump leads to a call or to None, not to int"),  # type: ignore[dict-item]
        (lambda: cs.select_jump({1: step()}), "CS439", "the key of a jump is a str, not int"),  # type: ignore[dict-item]
        (lambda: cs.bind(3, cs.select_jump({"a": None})), "CS432", "only the result of a call can jump"),  # type: ignore[arg-type]
        (lambda: cs.bind(step(), {"a": None}), "CS432", "jumps are said with"),  # type: ignore[arg-type]
    ],
)
def test_what_leads_nowhere_is_refused(make: Any, code: str, complaint: str) -> None:
    """With the line where it is written."""
    with pytest.raises(GraphError, match=complaint) as caught:
        make()
    (problem,) = caught.value.problems
    assert problem.code == code
    assert problem.place is not None
    assert problem.place.startswith(f"{__file__}:")


def test_a_node_is_bound_once() -> None:
    """A second selector would silently replace the first."""
    node = cs.bind(step(), cs.select_jump({"a": None}))
    with pytest.raises(GraphError, match="has its jumps already"):
        cs.bind(node, cs.select_jump({"b": None}))
