"""Arguments of a kind that can not be meant: a sentence with a code, raised at the line that has them, and nothing is done."""

from __future__ import annotations

import asyncio
import traceback
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cascade.durable.store import CANCEL, open_store
from cascade.errors import CascadeError

import cascade as cs


@cs.task(mode="inline")
def step(number: int) -> int:
    return number + 1


@cs.flow
def steps(count: int) -> int:
    number = 0
    while number < count:
        number = step(number)
    return number


def refused(code: str, call: Callable[[], object], *said: str) -> CascadeError:
    """What the call raises: with this code, and no frame but those of this file."""
    with pytest.raises(CascadeError) as caught:
        call()
    assert caught.value.code == code
    for each in said:
        assert each in str(caught.value)
    assert {frame.filename for frame in traceback.extract_tb(caught.value.__traceback__)} == {__file__}
    return caught.value


@pytest.fixture
def store(tmp_path: Path) -> cs.Store:
    """With a run that is paused."""
    store = cs.Store(tmp_path / "runs.db")
    with pytest.raises(cs.RunPaused):
        cs.run(steps(5), store=store, run_id="run", budget=cs.Budget(calls=2))
    return store


# --- stores ---


def test_a_path_names_a_store_wherever_one_is_named(tmp_path: Path) -> None:
    """As its text does: they are the same place."""
    path = tmp_path / "runs.db"
    assert cs.run(steps(2), store=path, run_id="run") == 2
    assert cs.resume("run", path) == 2
    assert asyncio.run(cs.aresume("run", path)) == 2  # type: ignore[arg-type]
    cs.signal("run", "go", store=path)
    asyncio.run(cs.asignal("run", "go", store=path))  # type: ignore[arg-type]
    assert cs.Store(path).show("run").signals == ["go", "go"]
    assert cs.Store(cs.Store(path)).runs() == cs.Store(str(path)).runs()
    assert repr(cs.Store(path)) == f"Store({str(path)!r})"


def test_a_store_that_is_open_stands_for_itself(tmp_path: Path) -> None:
    """But a `cs.Store` is a place."""

    async def main() -> None:
        opened = await open_store(str(tmp_path / "runs.db"))
        try:
            assert await cs.arun(steps(2), store=opened) == 2
            refused("CS530", lambda: cs.Store(opened))
        finally:
            await opened.close()

    asyncio.run(main())


@pytest.mark.parametrize("wrong", [5, b"runs.db", ["runs.db"], object(), Path])
def test_what_names_no_store_is_refused(wrong: Any) -> None:
    """Whichever door it comes to."""
    name = type(wrong).__name__
    refused("CS530", lambda: cs.run(steps(2), store=wrong), name)
    refused("CS530", lambda: cs.resume("run", wrong), name)
    refused("CS530", lambda: cs.signal("run", "go", store=wrong), name)
    refused("CS530", lambda: cs.Store(wrong), name)


# --- runs and signals ---


@pytest.mark.parametrize("wrong", [5, None, b"run", "\ud800", "", " run", "r" * 201])
def test_what_names_no_run_is_refused(store: cs.Store, wrong: Any) -> None:
    """By everything that takes the name of a run; and the sentence can be written to any terminal."""
    doors = (
        lambda: cs.resume(wrong, store),
        lambda: cs.signal(wrong, "go", store=store),
        lambda: store.show(wrong),
        lambda: store.signal(wrong, "go"),
        lambda: store.cancel(wrong),
        lambda: store.fork(wrong),
        lambda: store.fork("run", wrong) if wrong is not None else store.fork(wrong),
    )
    for door in doors:
        str(refused("CS523", door, "can not be the name of a run")).encode()


@pytest.mark.parametrize("wrong", [5, None, b"go", CANCEL])
def test_what_names_no_signal_is_refused(store: cs.Store, wrong: Any) -> None:
    """The name that cancels runs is nobody's to send."""
    refused("CS400", lambda: cs.signal("run", wrong, store=store))
    refused("CS400", lambda: store.signal("run", wrong))
    assert store.show("run").signals == []
    assert cs.resume("run", store, add_budget=cs.Budget(calls=10)) == 5


@pytest.mark.asyncio
async def test_it_is_raised_where_it_is_awaited(tmp_path: Path) -> None:
    """Inside an event loop, too."""
    with pytest.raises(cs.UsageError) as caught:
        await cs.asignal("run", 5, store=tmp_path / "runs.db")  # type: ignore[arg-type]
    assert {frame.filename for frame in traceback.extract_tb(caught.value.__traceback__)} == {__file__}


def test_what_a_store_lacks_is_said_at_the_line_that_asks(tmp_path: Path) -> None:
    """The methods of `cs.Store` are like `cs.run`: no frame of ours is in what they raise."""
    store = cs.Store(tmp_path / "none.db")
    for call in (store.runs, lambda: store.show("run"), lambda: store.cancel("run"), lambda: store.prune(5)):
        refused("CS514", call)
    refused("CS514", lambda: cs.signal("run", "go", store=store))
    assert store.show.__name__ == "show"
    assert store.show.__doc__ == cs.Store.show.__doc__


@pytest.mark.parametrize("wrong", ["3", None, True, float("nan"), -1, timedelta(-1)])
def test_an_age_is_a_number_of_seconds(store: cs.Store, wrong: Any) -> None:
    """Or a timedelta; of none of these can anything be older."""
    refused("CS400", lambda: store.prune(wrong), "how long ago")


def test_what_can_not_be_listed_is_refused(store: cs.Store) -> None:
    """A status that there is not."""
    status: Any = 5
    refused("CS400", lambda: store.runs(status), "a run is never `5`")


@pytest.mark.parametrize("wrong", ["x", -1, True, 10**30, None])
def test_a_listing_has_so_many_runs(store: cs.Store, wrong: Any) -> None:
    """Or fewer."""
    refused("CS400", lambda: store.runs(limit=wrong), "`limit`")


def test_a_path_has_no_options(tmp_path: Path) -> None:
    """Only text has: a file may be called so. And no file has a NUL in its name."""
    path = tmp_path / "runs.db?patience=3"
    cs.run(steps(1), store=path, run_id="run")
    assert path.exists()
    assert cs.resume("run", cs.Store(path)) == 1
    refused("CS514", lambda: cs.run(steps(1), store="runs\0.db"), "no file has such a name")


# --- budgets and forks ---


@pytest.mark.parametrize("name", ["turns", "calls", "seconds", "cost", "repeats"])
@pytest.mark.parametrize("wrong", ["3", -1, True, float("nan"), float("inf"), -0.5, 10**30, [1]])
def test_a_budget_is_a_number(name: str, wrong: Any) -> None:
    """It says so itself, for all that take one."""
    with pytest.raises(cs.ArgumentError, match=f"CS407.*`{name}` of a budget"):
        cs.Budget(**{name: wrong})


def test_budgets_that_are_whole_have_no_fractions() -> None:
    """Time and cost have."""
    assert cs.Budget(0, 0, 0.5, 2, 0) == cs.Budget(turns=0, calls=0, seconds=0.5, cost=2, repeats=0)
    with pytest.raises(cs.ArgumentError, match="a whole number"):
        cs.Budget(calls=1.5)  # type: ignore[arg-type]


def test_what_is_no_budget_is_refused(store: cs.Store) -> None:
    """With a store and without."""
    wrong: Any = 5
    refused("CS400", lambda: cs.resume("run", store, add_budget=wrong), "`add_budget` takes a `cs.Budget`")
    refused("CS400", lambda: cs.run(steps(2), store=store, budget=wrong), "`budget` takes a `cs.Budget`")
    with pytest.raises(cs.UsageError, match="`budget` takes"):
        cs.run(steps(2), budget=wrong)


def test_what_a_fork_can_not_be_made_of_is_refused(store: cs.Store) -> None:
    """And there is no copy then."""
    wrong: Any = "x"
    refused("CS400", lambda: store.fork("run", at=wrong), "`at` is the number of a record")
    refused("CS400", lambda: store.fork("run", at=True), "`at` is the number of a record")
    refused("CS400", lambda: store.fork("run", changes=wrong), "`changes` is a dict")
    keys: Any = {5: 1}
    refused("CS532", lambda: store.fork("run", changes=keys), "no variable `5`", "`number`")
    refused("CS501", lambda: store.fork("run", changes={"number": [object()]}), "`number[0]` is an object")
    assert [row.run for row in store.runs()] == ["run"]
    assert cs.resume(store.fork("run", changes={"count": 3}), store, add_budget=cs.Budget(calls=1)) == 3
