"""Resources as they are declared: names, scopes, and what stands in for them. Their life is tested with the engine."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterator
from functools import partial
from typing import Any

import pytest
from cascade.errors import GraphError
from cascade.resources import Inject, resource_named

import cascade as cs


@cs.resource
def tests_greeting() -> Iterator[str]:
    yield "hello"


@cs.resource("tests-sink", scope="task")
async def sink(greeting: str = cs.inject("tests_greeting"), *rest: int) -> AsyncIterator[list[str]]:
    yield [greeting]


def test_a_resource_is_known_by_its_name() -> None:
    """That of the function when none is given."""
    assert resource_named("tests_greeting") is tests_greeting
    assert (sink.name, sink.scope) == ("tests-sink", "task")
    assert resource_named("sink") is None
    injected = cs.inject(sink)
    assert isinstance(injected, Inject)
    assert injected.name == "tests-sink"


def test_two_live_resources_of_one_name_are_refused() -> None:
    """One that is gone is not in the way, and loading a module again is no conflict."""

    def first() -> Iterator[int]:
        yield 1

    def second() -> Iterator[int]:
        yield 2

    kept = cs.resource("tests-db")(first)
    assert cs.resource("tests-db")(first) is resource_named("tests-db")
    kept = cs.resource("tests-db")(first)
    with pytest.raises(GraphError, match=r"CS434.*there is a resource `tests-db` already"):
        cs.resource("tests-db")(second)
    del kept
    assert cs.resource("tests-db")(second).fn is second


def test_others_stand_in_for_a_while() -> None:
    """A function, a resource, or the very value; the scope is that of the resource that is replaced."""
    with cs.override_resource("tests-sink", lambda: "function"):
        found = resource_named("tests-sink")
        assert found is not None
        assert (found.fn(), found.scope) == ("function", "task")
        with cs.override_resource(sink, tests_greeting), cs.override_resource("tests_greeting", {"a": 1}):
            assert resource_named("tests-sink").fn is tests_greeting.fn  # type: ignore[union-attr]
            assert resource_named("tests_greeting").fn() == {"a": 1}  # type: ignore[union-attr]
        assert resource_named("tests-sink") is found
    assert resource_named("tests-sink") is sink


def test_an_override_is_seen_by_its_own_runs_only() -> None:
    """Two tests, or requests, at a time do not disturb each other."""
    seen: dict[str, object] = {}

    async def one(name: str) -> None:
        with cs.override_resource("tests_greeting", name):
            await asyncio.sleep(0)
            seen[name] = resource_named("tests_greeting").fn()  # type: ignore[union-attr]

    async def both() -> None:
        await asyncio.gather(one("a"), one("b"))

    asyncio.run(both())
    assert seen == {"a": "a", "b": "b"}


def nothing(of: int) -> Iterator[int]:
    yield of


@pytest.mark.parametrize(
    ("make", "code", "complaint"),
    [
        (lambda: cs.resource("n")(nothing), "CS439", "resource `n` is not told what `of` is"),
        (lambda: cs.resource("n")(3), "CS439", "is made of a generator function, not of int"),  # type: ignore[arg-type]
        (lambda: cs.resource("n", scope="day")(partial(nothing, 1)), "CS439", "scope is one of run, task"),  # type: ignore[call-overload]
        (lambda: cs.inject(3), "CS439", "injected by its name, not by int"),  # type: ignore[arg-type]
        (lambda: cs.override_resource("tests_greting", 1).__enter__(), "CS435", "did you mean `tests_greeting`?"),
        (lambda: cs.override_resource("tests_greeting", dict).__enter__(), "CS439", "not replaced by a class"),
    ],
)
def test_declarations_that_make_no_sense_are_refused(make: Any, code: str, complaint: str) -> None:
    """Where they are made."""
    with pytest.raises(GraphError) as caught:
        make()
    assert caught.value.code == code
    assert complaint in str(caught.value)


@pytest.mark.parametrize(
    ("use", "complaint"),
    [
        (lambda call, db: call.run_if(db), "can not be a condition"),
        (lambda call, db: call.after(db), "can not be something to come after"),
        (lambda call, db: call.with_timeout(db), "can not be a duration"),
        (lambda call, db: call.with_retry(3, delay=db), "can not be a setting of a retry"),
        (lambda call, db: call.with_constraints(cpu=db), "can not be an amount"),
        (lambda call, db: cs.Router(db, {1: call}), "can not be a selector"),
        (lambda call, db: call.target.map(x=db), r"map\(\) can not go through inject\('db'\)"),
    ],
)
def test_a_resource_is_for_tasks(use: Any, complaint: str) -> None:
    """It is set up when a task is called with it; nothing else has its value."""
    task = cs.task(name="tests:with_db")(lambda x: x)
    with pytest.raises(GraphError, match=complaint) as caught:
        use(task(1), cs.inject("db"))
    assert str(caught.value.problems[0].place).startswith(f"{__file__}:")
