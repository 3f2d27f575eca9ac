"""The life of resources: when they are set up, by whom they are shared, and how they are torn down."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import pytest
from cascade.errors import EngineError
from cascade.resources import Resource
from support.both_engines import on_both

import cascade as cs

Log = list[object]
DB: Any = cs.inject("db")


def traced(log: Log, name: str, *, scope: Any = "run", is_async: bool = False, needs: str | None = None) -> Resource:
    """A resource that logs its life, and what it saw at its end."""

    def note(what: str, error: BaseException | None = None) -> None:
        log.append(f"{name} {what}" + (f" after {type(error).__name__}" if error else ""))

    def sync(needed: object = cs.inject(needs) if needs else None) -> Iterator[str]:
        note("up" if needed is None else f"up on {needed}")
        try:
            yield name
        except BaseException as error:
            note("down", error)
            raise
        else:
            note("down")

    async def later(needed: object = cs.inject(needs) if needs else None) -> AsyncIterator[str]:
        await asyncio.sleep(1)
        note("up" if needed is None else f"up on {needed}")
        try:
            yield name
        except BaseException as error:
            await asyncio.sleep(1)
            note("down", error)
            raise
        else:
            await asyncio.sleep(1)
            note("down")

    return Resource(name, later if is_async else sync, scope)


@pytest.fixture(autouse=True)
def declared(monkeypatch: pytest.MonkeyPatch) -> dict[str, Resource]:
    """Resources of one test, by name."""
    from cascade import resource_scope

    known: dict[str, Resource] = {}
    monkeypatch.setattr(resource_scope, "resource_named", known.get)
    return known


def use_task(log: Log, seconds: float = 0, error: Exception | None = None) -> Any:
    @cs.task(name="tests:use")
    async def use(thing: object, *more: object) -> object:
        log.append(f"use {thing}")
        await asyncio.sleep(seconds)
        if error is not None:
            raise error
        return thing

    return use


@pytest.mark.parametrize("is_async", [False, True])
def test_a_resource_is_set_up_once_a_run_when_it_is_needed(declared: dict[str, Resource], is_async: bool) -> None:
    """And torn down at the end. One that nobody needs is not set up."""

    def make(log: Log) -> object:
        declared["db"] = traced(log, "db", is_async=is_async)
        declared["other"] = traced(log, "other", is_async=is_async)
        use = use_task(log)
        first = use("nothing")
        return use(use(cs.inject("db"), first), cs.inject("db"))

    seen = on_both(make)
    assert seen.value == "db"
    assert seen.log == ["use nothing", "db up", "use db", "use db", "db down"]


@pytest.mark.parametrize("is_async", [False, True])
def test_those_at_the_same_time_share_one(declared: dict[str, Resource], is_async: bool) -> None:
    """They wait for its set-up."""

    def make(log: Log) -> object:
        declared["db"] = traced(log, "db", is_async=is_async)
        return [use_task(log, 3)(cs.inject("db")) for _ in range(3)]

    assert on_both(make).log == ["db up", "use db", "use db", "use db", "db down"]


def test_what_is_needed_is_set_up_first_and_torn_down_last(declared: dict[str, Resource]) -> None:
    """In order of need, whatever kinds they are of."""

    def make(log: Log) -> object:
        declared["a"] = traced(log, "a", is_async=True)
        declared["b"] = traced(log, "b", needs="a")
        declared["c"] = traced(log, "c", needs="b", is_async=True)
        return use_task(log)(cs.inject("c"))

    assert on_both(make).log == ["a up", "b up on a", "c up on b", "use c", "c down", "b down", "a down"]


def test_a_resource_of_a_task_is_made_for_each_call(declared: dict[str, Resource]) -> None:
    """And for each attempt; what lasts for the run is shared among them."""

    def make(log: Log) -> object:
        declared["run"] = traced(log, "run")
        declared["call"] = traced(log, "call", scope="task", needs="run")
        use = use_task(log)
        return use(use(cs.inject("call"), cs.inject("call")), [cs.inject("call")])

    assert on_both(make).log == [
        "run up", "call up on run", "use call", "call down", "call up on run", "use call", "call down", "run down",
    ]  # fmt: skip


@pytest.mark.parametrize("is_async", [False, True])
def test_generators_see_the_error(declared: dict[str, Resource], is_async: bool) -> None:
    """Those of the run, and those of the call that raised it."""

    def make(log: Log) -> object:
        declared["run"] = traced(log, "run", is_async=is_async)
        declared["call"] = traced(log, "call", scope="task", is_async=is_async)
        return use_task(log, 1, KeyError("x"))(cs.inject("run"), cs.inject("call"))

    seen = on_both(make)
    assert repr(seen.error) == "KeyError('x')"
    assert seen.log == ["run up", "call up", "use run", "call down after KeyError", "run down after KeyError"]


@pytest.mark.parametrize("is_async", [False, True])
def test_generators_see_the_cancellation(declared: dict[str, Resource], is_async: bool) -> None:
    """And may await while they clean up."""

    def make(log: Log) -> object:
        declared["run"] = traced(log, "run", is_async=is_async)
        declared["call"] = traced(log, "call", scope="task", is_async=is_async)
        return use_task(log, 100)(cs.inject("run"), cs.inject("call"))

    seen = on_both(make, limit=10)
    assert isinstance(seen.error, TimeoutError)
    assert seen.log[-2:] == ["call down after CancelledError", "run down after CancelledError"]
    assert seen.names()[-1] == "RunFinished cancelled"


def test_an_error_while_tearing_down_is_the_runs(declared: dict[str, Resource]) -> None:
    """Those that are torn down after it see it."""

    def make(log: Log) -> object:
        def bad(outer: object = cs.inject("outer")) -> Iterator[str]:
            yield "bad"
            raise OSError("disk full")

        declared["outer"] = traced(log, "outer")
        declared["bad"] = Resource("bad", bad)
        return use_task(log)(cs.inject("bad"))

    seen = on_both(make)
    assert repr(seen.error) == "OSError('disk full')"
    assert seen.log == ["outer up", "use bad", "outer down after OSError"]


def test_a_generator_that_swallows_the_error_does_not_undo_it(declared: dict[str, Resource]) -> None:
    """The run has no result all the same."""

    def make(log: Log) -> object:
        def calm() -> Iterator[str]:
            try:
                yield "calm"
            except KeyError:
                log.append("swallowed")

        declared["outer"], declared["calm"] = traced(log, "outer"), Resource("calm", calm)
        return use_task(log, 0, KeyError("x"))(cs.inject("outer"), cs.inject("calm"))

    seen = on_both(make)
    assert repr(seen.error) == "KeyError('x')"
    assert seen.log == ["outer up", "use outer", "swallowed", "outer down after KeyError"]


def never() -> Iterator[str]:
    if not never:
        yield ""


def twice() -> Iterator[str]:
    yield "once"
    yield "twice"


async def never_later() -> AsyncIterator[str]:
    if not never:
        yield ""


async def twice_later() -> AsyncIterator[str]:
    yield "once"
    yield "twice"


@pytest.mark.parametrize("fn", [never, twice, never_later, twice_later])
def test_a_resource_yields_exactly_once(declared: dict[str, Resource], fn: Callable[..., Any]) -> None:
    """Neither not at all nor twice."""

    def make(log: Log) -> object:
        declared["odd"] = Resource("odd", fn)
        return use_task(log)(cs.inject("odd"))

    seen = on_both(make)
    assert isinstance(seen.error, EngineError)
    assert seen.error.code == "CS454"


def test_what_needs_itself_or_something_shorter_lived_is_refused(declared: dict[str, Resource]) -> None:
    """Instead of a deadlock, or of a resource that is gone."""

    def make(names: tuple[str, ...]) -> Callable[[Log], object]:
        def inner(log: Log) -> object:
            declared["a"] = traced(log, "a", needs="b")
            declared["b"] = traced(log, "b", needs="a")
            declared["long"] = traced(log, "long", needs="short")
            declared["short"] = traced(log, "short", scope="task")
            return use_task(log)(cs.inject(names[0]))

        return inner

    for name, words in (("a", "need each other"), ("long", "lasts for a call"), ("nobody", "there is no resource")):
        seen = on_both(make((name,)))
        assert isinstance(seen.error, EngineError)
        assert seen.error.code == "CS448"
        assert words in str(seen.error)
        assert seen.log == []


def test_a_default_is_injected_too(declared: dict[str, Resource]) -> None:
    """In graphs, in flows, and unless the call gives something else."""

    def make(log: Log) -> object:
        declared["db"] = traced(log, "db")

        @cs.task(name="tests:query")
        async def query(text: str, db: Any = DB, *, again: Any = DB) -> object:
            return [text, db, again]

        return [query("a"), query("b", "mine", again=1), query("c", again=None)]

    seen = on_both(make)
    assert seen.value == [["a", "db", "db"], ["b", "mine", 1], ["c", "db", None]]
    assert seen.log == ["db up", "db down"]


def test_resources_in_containers_reach_the_task(declared: dict[str, Resource]) -> None:
    """At any depth; the containers of the caller stay as they are."""
    given = {"a": [1, (cs.inject("db"),)], "b": 2}

    def make(log: Log) -> object:
        declared["db"] = traced(log, "db")
        return use_task(log)(given)

    assert on_both(make).value == {"a": [1, ("db",)], "b": 2}
    assert repr(given) == "{'a': [1, (inject('db'),)], 'b': 2}"


def test_what_is_not_a_generator_gives_the_value(declared: dict[str, Resource]) -> None:
    """A function, sync or async, with nothing to clean up."""

    async def later() -> str:
        return "later"

    def make(log: Log) -> object:
        declared["now"], declared["later"] = Resource("now", lambda: "now"), Resource("later", later)
        return [use_task(log)(cs.inject("now")), use_task(log)(cs.inject("later"))]

    assert on_both(make).value == ["now", "later"]
