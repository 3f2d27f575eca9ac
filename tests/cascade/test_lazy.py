"""Calls as values: what can be done with them before a run, and what is refused."""

from __future__ import annotations

import copy
import math
import pickle
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from cascade.errors import CascadeError, GraphError, LazyAttributeError, LazyValueError
from cascade.lazy import NOTHING
from cascade.policies import Cache, Constraints, Retry, Timeout

import cascade as cs


@cs.task(name="tests:fetch")
def fetch(url: str = "a") -> str:
    return url


PAGE = fetch("a")
WRONG: list[tuple[str, Callable[[Any], object]]] = [
    ("CS425", bool),
    ("CS425", lambda page: 1 if page else 2),
    ("CS425", lambda page: page and 1),
    ("CS425", lambda page: not page),
    ("CS426", lambda page: page == "a"),
    ("CS426", lambda page: page != "a"),
    ("CS426", lambda page: page < 3),
    ("CS426", lambda page: max(page, 3)),
    ("CS426", lambda page: sorted([page, 3])),
    ("CS427", list),
    ("CS427", len),
    ("CS427", lambda page: "a" in page),
    ("CS427", lambda page: [*page]),
    ("CS427", lambda page: next(page)),
    ("CS427", reversed),
    ("CS428", lambda page: f"{page}"),
    ("CS428", lambda page: f"{page:>10}"),
    ("CS428", lambda page: page + 1),
    ("CS428", lambda page: 1 - page),
    ("CS428", lambda page: -page),
    ("CS428", lambda page: page | 1),
    ("CS428", lambda page: round(page, 2)),
    ("CS428", int),
    ("CS428", float),
    ("CS428", lambda page: "abc"[page]),
    ("CS428", lambda page: page[0]),
    ("CS428", lambda page: page.__setitem__(0, 1)),
    ("CS428", math.floor),
    ("CS428", lambda page: page.__await__()),
    ("CS429", lambda page: page.title()),
    ("CS429", lambda page: page.with_retri(3)),
]


@pytest.mark.parametrize("placeholder", [PAGE, cs.Param("n"), cs.Env("N"), cs.inject("n"), cs.Router(PAGE, {1: 2})])
@pytest.mark.parametrize(("code", "use"), WRONG)
def test_what_needs_the_value_is_refused(code: str, use: Callable[[Any], object], placeholder: Any) -> None:
    """Each use that Python would make of a value has its code, the line, and a hint what to write."""
    with pytest.raises(CascadeError) as caught:
        use(placeholder)
    (problem,) = caught.value.problems
    assert problem.code == code
    assert problem.hint
    assert problem.place is not None
    assert isinstance(caught.value, LazyAttributeError if code == "CS429" else LazyValueError)


def test_the_line_is_that_of_the_use() -> None:
    """Not that of the call, and none of ours."""
    line = PAGE.place.line
    with pytest.raises(LazyValueError, match=r"test_lazy.py:\d+:\d+") as caught:
        assert PAGE
    assert f":{line}:" not in str(caught.value.problems[0].place)


def test_placeholders_may_be_kept() -> None:
    """They go into sets and dicts, are found in lists by identity, and can be shown."""
    other = fetch("a")
    assert len({PAGE, other, PAGE}) == 2
    assert {PAGE: 1}[PAGE] == 1
    assert [other, PAGE].index(other) == 0
    assert repr(PAGE) == str(PAGE) == "<LazyResult fetch('a')>"
    assert not hasattr(PAGE, "title")
    assert not hasattr(PAGE, "__fspath__")


def test_a_graph_is_shown_in_one_line() -> None:
    """However deep or wide, and whatever the arguments are."""

    class Rude:
        def __repr__(self) -> str:
            raise ValueError("no")

    node = fetch("x" * 1000)
    for _ in range(100):
        node = fetch(node)  # type: ignore[arg-type]
    assert repr(node) == "<LazyResult fetch(<fetch>)>"
    assert repr(fetch([PAGE] * 1000)) == "<LazyResult fetch(<list of 1000>)>"  # type: ignore[arg-type]
    assert repr(fetch(Rude())) == "<LazyResult fetch(<Rude>)>"  # type: ignore[arg-type]


def test_methods_give_new_nodes() -> None:
    """The one they are asked of stays as it was; the last policy is the outermost."""
    made = PAGE.with_retry(5, delay=1.0, backoff=2.0).with_timeout(timedelta(seconds=3))
    assert PAGE.policies == ()
    assert made.policies == (Timeout(timedelta(seconds=3)), Retry(5, 1.0, 2.0))
    assert PAGE.with_retry().policies == (Retry(3, 0.0),)
    assert made.place == PAGE.place
    assert (made.target, made.args) == (PAGE.target, PAGE.args)


def test_a_retry_without_a_delay_does_not_pause() -> None:
    """`with_retry(backoff=2)` says of its delay that it is 0."""
    (retry,) = PAGE.with_retry(3, backoff=2.0).policies
    assert isinstance(retry, Retry)
    assert retry.pause_after(1, 0.5) == 0


def test_constraints_are_one_record() -> None:
    """What is asked for in several calls is taken at once, or two calls could wait for each other."""
    made = PAGE.with_constraints(cpu=1).with_timeout(3).with_constraints(memory=fetch(), cpu=2)
    timeout, constraints = made.policies
    assert isinstance(timeout, Timeout)
    assert isinstance(constraints, Constraints)
    assert list(constraints.resources) == ["cpu", "memory"]
    assert constraints.resources["cpu"] == 2


def test_settings_may_be_placeholders() -> None:
    """They are checked when a run has their values; literals at once."""
    attempts = cs.Param("attempts")
    (retry,) = PAGE.with_retry(attempts).policies
    assert isinstance(retry, Retry)
    assert retry.attempts is attempts
    assert PAGE.with_timeout(fetch()).policies
    with pytest.raises(ValueError, match="at least 1"):
        PAGE.with_retry(0)
    with pytest.raises(TypeError, match="a duration or a number of seconds"):
        PAGE.with_timeout("3s")  # type: ignore[arg-type]


def test_a_cache_has_two_methods() -> None:
    """What lacks one is refused where it is written."""

    class Kept:
        async def check(self, task_id: str, inputs: object) -> object: ...
        async def save(self, task_id: str, inputs: object, output: object) -> None: ...

    policy = Kept()
    (cache,) = PAGE.with_cache(policy).policies
    assert isinstance(cache, Cache)
    assert cache.policy is policy
    with pytest.raises(TypeError, match="dict has no check"):
        PAGE.with_cache({})


def test_conditions_order_and_what_stands_in() -> None:
    """`run_if`, `after` and `or_else`; a second condition would have to mean one of two things."""
    condition = fetch()
    made = PAGE.run_if(condition).after(condition, cs.Param("n")).or_else(None)
    assert made.condition is condition
    assert len(made.order) == 2
    assert made.otherwise is None
    assert PAGE.otherwise is NOTHING
    assert PAGE.run_if(None).condition is False
    with pytest.raises(GraphError, match=r"CS439.*has a condition already"):
        made.run_if(True)
    with pytest.raises(GraphError, match=r"CS432.*`.after\(…\)` takes results of calls, not str"):
        PAGE.after("x")


def test_a_place_counts_characters() -> None:
    """Python counts bytes; what is shown to people is not."""
    größe, node = "ä", fetch("ü")
    assert größe
    assert node.place.column == len('    größe, node = "ä", ')
    assert node.place.end_column == node.place.column + len('fetch("ü")')


def test_nothing_copies_a_call_by_accident() -> None:
    """`copy` makes a node like the other; two nodes are two calls."""
    for one in (PAGE, cs.Router(PAGE, {1: 2})):
        assert copy.copy(one) is not one
        assert type(copy.copy(one)) is type(one)
        assert copy.deepcopy([one, {"a": one}]) == [one, {"a": one}]


def test_calls_are_not_pickled() -> None:
    """They belong to the code in which they are written."""
    for one in (PAGE, cs.Router(PAGE, {1: 2})):
        with pytest.raises(LazyValueError, match=r"CS428.*can not be pickled[^`]*`cs.to_json"):
            pickle.dumps([one])


def test_a_graph_may_be_deeper_than_the_stack() -> None:
    """Nothing that Python does of itself with a node goes into what it leads to."""
    node: Any = fetch("a")
    for _ in range(10_000):
        node = fetch([node])
    assert copy.deepcopy({"node": node})["node"] is node
    assert repr(node) == "<LazyResult fetch(<list of 1>)>"
    assert {node: 1}[node] == 1
    nodes = cs.visualize(node).count('label="fetch"')
    assert nodes == 10_001
    assert len(cs.dry_run(node).calls) == 10_001
    again = cs.from_json(cs.to_json(node))
    assert cs.visualize(again) == cs.visualize(node)
