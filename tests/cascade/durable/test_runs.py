"""Runs in a store that are interrupted, and go on: what was committed is not done again, and nothing is left out."""

from __future__ import annotations

import asyncio
import contextlib
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from cascade.durable.inbox import CANCELLATION
from cascade.durable.opened import using
from cascade.durable.running import Options, resume_stored, run_stored
from cascade.durable.store import Stored
from cascade.testing import run_virtual

import cascade as cs


class Power(BaseException):
    """The lights go out."""


class Outage:
    """Goes off at the calls that are named."""

    def __init__(self) -> None:
        self.calls: list[Any] = []
        self.at: set[int] = set()

    def note(self, what: Any) -> None:
        self.calls.append(what)
        if len(self.calls) - 1 in self.at:
            self.at.discard(len(self.calls) - 1)
            self.calls.pop()
            raise Power


world = Outage()


@pytest.fixture(autouse=True)
def _new_world() -> None:
    world.__init__()  # type: ignore[misc]
    _kept.clear()


@pytest.fixture
def store(tmp_path: Path) -> str:
    return str(tmp_path / "runs.db")


def to_the_end(call: Callable[[], Any], store: str, run_id: str = "one") -> Any:
    """The result of a run that is taken up again whenever the lights went out."""
    for _ in range(100):
        try:
            return cs.run(call(), store=store, run_id=run_id)
        except Power:
            continue
    raise AssertionError("the run does not come to its end")


async def stored(store: str, run_id: str = "one") -> Stored:
    async with using(store) as opened:
        return await opened.read(run_id)


@cs.task(mode="inline")
def step(value: Any) -> Any:
    world.note(value)
    return value


@cs.task(mode="inline")
def push(items: list[Any], item: Any) -> list[Any]:
    items.append(item)
    world.note(("push", item))
    return items


@cs.task(mode="inline")
def inner(table: dict[str, Any]) -> Any:
    world.note("inner")
    return table["inner"]


_kept: dict[str, Any] = {}


@cs.task(mode="inline")
def once(name: str) -> list[Any]:
    """Gives the same object whenever it is asked in one process."""
    world.note(("once", name))
    return _kept.setdefault(name, [name])  # type: ignore[no-any-return]


@cs.flow
def counting(n: int) -> list[int]:
    got = []
    for number in range(n):
        got.append(step(number))  # noqa: PERF401 - a loop is what is wanted
    return got


@cs.flow
def sharing(n: int) -> Any:
    items: list[Any] = []
    table = {"inner": [0], "count": 0}
    for number in range(n):
        again = push(items, number)
        again.append("by the flow")
        part = inner(table)
        part.append(number)
        table["count"] = number
        push(table["inner"], "task")
    return items, table, again is items, part is table["inner"]


@cs.flow
def same_again(n: int) -> Any:
    first = once("a")
    for number in range(n):
        once("a").append(number)
    second = once("a")
    step("later")
    return first, second is first


def test_what_a_task_gave_before_is_the_same_object(store: str) -> None:
    """Where it gives that again, before the lights go out; afterwards its module is a new one."""
    world.at = {5}
    assert to_the_end(lambda: same_again(3), store) == (["a", 0, 1, 2], True)


@pytest.mark.parametrize("flow", [counting, sharing], ids=lambda flow: flow.name.rpartition(":")[2])
@pytest.mark.parametrize("every", [1, 3])
def test_interrupted_at_calls_it_comes_to_the_same(flow: Any, every: int, store: str) -> None:
    """The value, with all that variables share; and each call is made once, but for the one that was under way."""
    plain = cs.run(flow(5))
    calls = world.calls
    world.__init__()  # type: ignore[misc]
    world.at = set(range(0, 40, every))
    assert to_the_end(lambda: flow(5), store) == plain
    assert world.calls == calls


@cs.flow
def branching(n: int) -> Any:
    seen: list[Any] = []
    return cs.gather(*[branch(number, seen) for number in range(1, n + 1)]), seen


@cs.flow
def branch(number: int, seen: list[Any]) -> Any:
    got = step(number)
    seen.append(got)
    push(seen, -got)
    return [got, step(got * 10)]


def test_branches_that_share_a_list_go_on_where_they_were(store: str) -> None:
    """In whatever order they came to it: another process goes through it in the same."""
    world.at = {2, 5, 9, 14}
    results, seen = to_the_end(lambda: branching(5), store)
    assert results == [[number, number * 10] for number in range(1, 6)]
    assert sorted(seen) == sorted([*range(1, 6), *(-number for number in range(1, 6))])
    assert len(world.calls) == len({*map(str, world.calls)}) == 15


@cs.flow
def words() -> Any:
    found = {"beta", "alpha", "gamma"}
    order = [step(word) for word in found]
    return order, [step(word) for word in found]


def test_a_program_that_sees_the_order_of_a_set_is_never_gone_over_again(store: str) -> None:
    """Each commit is a snapshot, since another process has another order."""
    world.at = {3}
    with pytest.raises(Power):
        cs.run(words(), store=store, run_id="one")
    found = asyncio.run(stored(store))
    assert found.records == []
    assert found.snapshot
    first, second = to_the_end(words, store)
    assert sorted(first) == sorted(second) == ["alpha", "beta", "gamma"]
    assert len(world.calls) == 6


@cs.flow
def given(words: Any) -> list[Any]:
    return [step(word) for word in words]


def test_a_set_that_a_run_is_given_has_the_order_of_a_process_too(store: str) -> None:
    """Also in a run that was resumed before it had committed anything."""
    world.at = {0}
    with pytest.raises(Power):
        cs.run(given({"beta", "alpha"}), store=store, run_id="one")
    world.at = {1}
    with pytest.raises(Power):
        cs.resume("one", store)
    found = asyncio.run(stored(store))
    assert found.records == []
    assert found.snapshot
    assert sorted(cs.resume("one", store)) == sorted(world.calls) == ["alpha", "beta"]


# --- policies, time, signals ---------------------------------------------------------------------------------------------


@cs.task(retry=4)
async def fragile(limit: int) -> int:
    call = cs.current_call()
    world.note((call.key, call.attempt))
    if call.attempt < limit:
        raise ValueError(call.attempt)
    return call.attempt


@cs.flow
def trying(limit: int) -> int:
    return fragile(limit)


def test_the_count_of_a_retry_goes_on(store: str) -> None:
    """Attempts that failed before are not made again, and the key of the call stays."""
    world.at = {2}
    assert to_the_end(lambda: trying(4), store) == 4
    assert world.calls == [("one/0.1", 1), ("one/0.1", 2), ("one/0.1", 3), ("one/0.1", 4)]


@cs.flow
def patient() -> Any:
    before = step("before")
    cs.sleep(3600)
    try:
        answer = cs.wait("answer", timeout=7200)
    except TimeoutError:
        answer = "none"
    return before, step(answer)


def _virtually(work: Callable[[Options], Any]) -> Any:
    async def whole() -> Any:
        loop = asyncio.get_running_loop()
        return await work(Options(now=loop.time))

    return run_virtual(whole())


def test_sleeping_and_waiting_take_their_time_once(store: str) -> None:
    """A process that dies while a run sleeps does not set the clock anew."""

    async def half_way(options: Options) -> Any:
        task = asyncio.ensure_future(run_stored(patient(), store, "one", None, options))
        await asyncio.sleep(1800)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        found = await stored(store)
        assert found.run.standing is not None
        assert found.run.standing.waits == "sleep"
        began = asyncio.get_running_loop().time()
        _, value = await resume_stored("one", store, None, options)
        return value, asyncio.get_running_loop().time() - began

    value, took = _virtually(half_way)
    assert value == ("before", "none")
    assert 1790 + 7200 < took < 1810 + 7200
    assert world.calls == ["before", "none"]


def test_a_signal_is_kept_until_it_is_waited_for(store: str) -> None:
    """Also one that comes while nobody runs the run."""

    async def whole(options: Options) -> Any:
        task = asyncio.ensure_future(run_stored(patient(), store, "one", None, options))
        await asyncio.sleep(1)
        task.cancel()
        await asyncio.wait([task])
        await cs.asignal("one", "answer", {"by": "ann"}, store=store)
        _, value = await resume_stored("one", store, None, options)
        return value

    assert _virtually(whole) == ("before", {"by": "ann"})
    assert asyncio.run(stored(store)).signals == []


@cs.flow
def tidy() -> Any:
    try:
        cs.wait("never")
    finally:
        step("tidied")


def test_a_cancelled_run_cleans_up(store: str) -> None:
    """Its `finally` runs, calls included, and it stays cancelled."""

    async def whole(options: Options) -> Any:
        task = asyncio.ensure_future(run_stored(tidy(), store, "one", None, options))
        await asyncio.sleep(1)
        async with using(store) as opened:
            await opened.send("one", CANCELLATION, b"")
        await asyncio.wait([task])
        return task.cancelled() or isinstance(task.exception(), asyncio.CancelledError)

    assert _virtually(whole)
    assert world.calls == ["tidied"]
    assert asyncio.run(stored(store)).run.status == "cancelled"


# --- budgets -------------------------------------------------------------------------------------------------------------


@cs.task(mode="inline")
def costly(amount: float) -> float:
    cs.current_call().add_cost(amount)
    world.note(amount)
    return amount


@cs.flow
def spending(n: int) -> float:
    total = 0.0
    for number in range(n):
        total += costly(0.25 + number)
    return total


@cs.flow
def stubborn(n: int) -> int:
    for _ in range(n):
        step("same")
    return n


@pytest.mark.parametrize(
    ("call", "budget", "more", "made"),
    [
        (lambda: counting(6), cs.Budget(calls=4), cs.Budget(calls=9), 4),
        (lambda: counting(6), cs.Budget(turns=3), cs.Budget(turns=9), 3),
        (lambda: spending(4), cs.Budget(cost=1.0), cs.Budget(cost=90.0), 2),
        (lambda: stubborn(6), cs.Budget(repeats=3), cs.Budget(repeats=9), 3),
    ],
    ids=["calls", "turns", "cost", "repeats"],
)
def test_a_run_that_used_up_its_budget_goes_on_with_more(
    call: Callable[[], Any], budget: cs.Budget, more: cs.Budget, made: int, store: str
) -> None:
    """It is paused before the call that would be too many, says so, and loses nothing."""
    with pytest.raises(cs.RunPaused, match="used up its budget"):
        cs.run(call(), store=store, run_id="one", budget=budget)
    assert len(world.calls) == made
    assert asyncio.run(stored(store)).run.status == "paused"
    with pytest.raises(cs.RunPaused):
        cs.resume("one", store)
    assert len(world.calls) == made
    plain = Outage()
    assert cs.resume("one", store, add_budget=more) is not None
    del plain
    assert len(world.calls) == {4: 6, 3: 6, 2: 4}[made]


# --- what can not go on --------------------------------------------------------------------------------------------------


class Plain:
    """Nobody said how it is stored."""


@cs.task(mode="inline")
def opaque() -> Any:
    world.note("opaque")
    return Plain()


@cs.flow
def holding() -> Any:
    first = step(1)
    odd = opaque()
    return first, odd is None


def test_a_value_that_can_not_be_stored_pauses_the_run(store: str) -> None:
    """It is named with its variable and its line; what came before is kept."""
    with pytest.raises(cs.NotStorable, match="`odd` is a Plain") as caught:
        cs.run(holding(), store=store, run_id="one")
    assert "test_runs.py:" in str(caught.value)
    found = asyncio.run(stored(store))
    assert found.run.status == "paused"
    world.calls.clear()
    with pytest.raises(cs.NotStorable):
        cs.resume("one", store)
    assert world.calls == ["opaque"]


def test_what_has_ended_gives_its_result_again(store: str) -> None:
    """Also an error, and nothing is called."""
    assert cs.run(counting(2), store=store, run_id="one") == [0, 1]
    world.calls.clear()
    assert cs.resume("one", store) == [0, 1]
    assert cs.run(counting(2), store=store, run_id="one") == [0, 1]
    assert world.calls == []
    for _ in range(2):
        with pytest.raises(cs.FlowFailed, match="no"):
            cs.run(failing(), store=store, run_id="two")


@cs.flow
def failing() -> None:
    cs.fail("no")


def test_it_is_the_same_run_from_another_directory(store: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And with a set whose bytes are others in another process."""
    words = {f"word {number}" for number in range(40)}
    first = cs.run(given(words), store=store, run_id="one")
    monkeypatch.chdir(tmp_path)
    again = {*sorted(words)}
    assert cs.run(given(again), store=store, run_id="one") == first


def test_one_run_is_not_taken_for_another(store: str) -> None:
    """A name belongs to one call of one program."""
    cs.run(counting(2), store=store, run_id="one")
    with pytest.raises(cs.StoreError, match="CS525"):
        cs.run(counting(3), store=store, run_id="one")
    with pytest.raises(cs.StoreError, match="CS524"):
        cs.run(stubborn(2), store=store, run_id="one")
    with pytest.raises(cs.StoreError, match="did you mean `one`"):
        cs.resume("on", store)


@cs.task(mode="inline")
def onwards(n: int, total: int) -> Any:
    world.note(n)
    return cs.TailCall((n - 1, total + n)) if n else total


@cs.flow
def chained(n: int, total: int) -> Any:
    step(total)
    return onwards(n, total)


def test_a_run_that_ends_with_a_tail_call_goes_on(store: str) -> None:
    """With the same flow from its beginning, and nothing of before is gone over again."""
    world.at = {1, 4, 6}
    assert to_the_end(lambda: chained(4, 0), store) == 10
    assert world.calls == [0, 4, 4, 3, 7, 2, 9, 1, 10, 0]


@cs.resource
def connection() -> Iterator[str]:
    world.note("opened")
    yield "db"
    world.note("closed")


@cs.task(mode="inline")
def query(number: int, db: Any = cs.inject(connection)) -> str:  # noqa: B008 - so are resources asked for
    return f"{db} {number}"


@cs.flow
def querying(n: int) -> list[str]:
    return [query(number) for number in range(n)]


def test_tasks_get_the_resources_that_they_ask_for(store: str) -> None:
    """One of a run for each process, torn down when it ends."""
    assert cs.run(querying(2), store=store, run_id="one") == ["db 0", "db 1"]
    assert world.calls == ["opened", "closed"]


# --- transactions --------------------------------------------------------------------------------------------------------


@cs.task(transactional=True)
def book(amount: int) -> int:
    """Writes into a table of its own, in the file of the store."""
    db = cs.current_call().connection
    db.execute("CREATE TABLE IF NOT EXISTS bookings (amount INTEGER)")
    db.execute("INSERT INTO bookings VALUES (?)", (amount,))
    if amount == 3:
        raise ValueError("three")
    world.note(amount)
    return amount


@cs.flow
def booking(n: int) -> int:
    total = 0
    for number in range(n):
        try:
            total += book(number)
        except ValueError:
            total += 100
    return total


@pytest.mark.parametrize("outages", [(), (0,), (1, 2, 3)])
def test_what_a_transactional_task_writes_is_there_once(outages: tuple[int, ...], store: str) -> None:
    """With its result, or not at all: an outage in its midst, or an error of its own, leaves nothing."""
    world.at = set(outages)
    assert to_the_end(lambda: booking(5), store) == 0 + 1 + 2 + 100 + 4
    with contextlib.closing(sqlite3.connect(store)) as db:
        assert db.execute("SELECT amount FROM bookings").fetchall() == [(0,), (1,), (2,), (4,)]


def test_other_tasks_have_no_connection(store: str) -> None:
    """CS527 says what to declare."""
    with pytest.raises(cs.UsageError, match="CS527"):
        cs.run(reaching(), store=store)


@cs.task
def reach() -> Any:
    return cs.current_call().connection


@cs.flow
def reaching() -> Any:
    return reach()
