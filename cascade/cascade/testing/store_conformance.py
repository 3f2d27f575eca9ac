"""What every store has to do, as checks that any back end can be put through.

``checks()`` gives pairs of a name and a check. A check is a coroutine function; it is given a function that opens the store,
the same one each time that it is called, and that has nothing in it at first:

    @pytest.mark.parametrize(("name", "check"), checks())
    def test_my_store(name, check, tmp_path):
        async def open_again(*, clock, lease_seconds):
            return await open_my_store(tmp_path, clock=clock, lease_seconds=lease_seconds)

        asyncio.run(check(open_again))

A check raises `AssertionError`, or the store's own error, when the store does not conform. None of them sleeps; times are those
of the clock that is handed over. What takes other processes, a full disk or damaged bytes is not checked here.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import Any

from cascade.durable.store import (
    CANCEL,
    CANCELLED,
    DONE,
    ENDED,
    FAILED,
    PAUSED,
    READY,
    RUNNING,
    STATUSES,
    WAITING,
    Commit,
    NewRun,
)
from cascade.errors import DamagedStore, LeaseLost, NoSuchRun, RunExists, RunIsOwned, UsageError
from cascade.testing import store_transactions  # noqa: F401 - some more checks
from cascade.testing.store_world import CHECKS, DIGEST, LEASE_SECONDS, STANDING, Check, OpenAgain, World, check, refused

__all__ = ["Check", "OpenAgain", "checks"]


def checks() -> list[tuple[str, Check]]:
    """All checks, each with a name."""
    return [*CHECKS]


@check
async def what_is_committed_is_read(world: World) -> None:
    """Every byte, by every process, in order."""
    lease = await world.begin()
    records = [b"", b"\0\xff", b"x" * 100_000, *(str(number).encode() for number in range(50))]
    for record in records[:3]:
        await world.one.commit(Commit(lease, [record]))
    await world.one.commit(Commit(lease, records[3:], status=WAITING, standing=STANDING))
    for store in (world.one, world.other):
        stored = await store.read("run")
        assert stored.records == records
        assert (stored.arguments, stored.asked, stored.snapshot, stored.outcome) == (b"arguments", b"asked", None, None)
        run = stored.run
        assert run[:6] == ("run", "flow.csc", "main", DIGEST, WAITING, STANDING)
        assert (run.records, run.size, run.token) == (len(records), sum(map(len, records)), lease.token)
        assert run.owner is not None
        assert run.lease_until == world.now[0] + LEASE_SECONDS
        assert run.created <= run.updated == world.now[0]
        assert [run] == await store.runs()


@check
async def what_is_committed_outlives_its_process(world: World) -> None:
    """A store that was closed gave its runs up."""
    lease = await world.begin()
    await world.one.commit(Commit(lease, [b"first"]))
    await world.one.close()
    stored = await world.other.read("run")
    assert stored.records == [b"first"]
    assert stored.run.owner is None
    assert (await world.other.take("run")).token == lease.token + 1


@check
async def a_snapshot_replaces_the_log(world: World) -> None:
    """And the snapshot before; records of the same commit come after it. What was ever written is counted."""
    lease = await world.begin()
    await world.one.commit(Commit(lease, [b"old", b"older"]))
    await world.one.commit(Commit(lease, [b"new"], snapshot=b"snapshot"))
    stored = await world.other.read("run")
    assert (stored.snapshot, stored.records) == (b"snapshot", [b"new"])
    assert (stored.run.records, stored.run.size) == (1, len(b"snapshotnew"))
    written = stored.run.written
    assert written >= len(b"oldoldersnapshotnew")
    await world.one.commit(Commit(lease, [b"next"]))
    await world.one.commit(Commit(lease, snapshot=b"second"))
    stored = await world.other.read("run")
    assert (stored.snapshot, stored.records) == (b"second", [])
    assert (stored.run.records, stored.run.size) == (0, len(b"second"))
    assert stored.run.written == written + len(b"nextsecond")
    await world.one.commit(Commit(lease, [b"after"]))
    assert (await world.other.read("run")).records == [b"after"]


@check
async def a_run_ends_with_its_outcome(world: World) -> None:
    """Each status is kept, and found by it."""
    for status in STATUSES:
        lease = await world.begin(f"run-{status}")
        await world.one.commit(Commit(lease, status=status, outcome=b"outcome" if status in ENDED else None))
    for status in STATUSES:
        [run] = await world.other.runs(status=status)
        assert (run.run_id, run.status) == (f"run-{status}", status)
        stored = await world.other.read(run.run_id)
        assert stored.outcome == (b"outcome" if status in ENDED else None)


@check
async def commits_of_many_runs_are_whole(world: World) -> None:
    """Those that come at once. One whose lease is lost does not undo the others, and has written nothing."""
    leases = [await world.begin(f"run-{number}") for number in range(40)]
    world.now[0] += LEASE_SECONDS + 1
    for lease in leases[::4]:
        await world.other.take(lease.run_id)
    commits = [Commit(lease, [b"a", lease.run_id.encode()], snapshot=b"s", status=PAUSED) for lease in leases]
    answers = await asyncio.gather(*map(world.one.commit, commits), return_exceptions=True)
    for at, (lease, answer) in enumerate(zip(leases, answers, strict=True)):
        stored = await world.other.read(lease.run_id)
        if at % 4:
            assert answer is None, answer
            assert (stored.records, stored.snapshot) == ([b"a", lease.run_id.encode()], b"s")
            assert stored.run.status == PAUSED
        else:
            assert isinstance(answer, LeaseLost), answer
            assert (stored.records, stored.snapshot, stored.run.status) == ([], None, RUNNING)


@check
async def commits_of_one_run_keep_their_order(world: World) -> None:
    """Also those that come at once, from several of its branches, with those of others between them."""
    lease = await world.begin()
    records = [str(number).encode() for number in range(100)]
    await asyncio.gather(*(world.one.commit(Commit(lease, [record])) for record in records))
    assert (await world.other.read("run")).records == records
    beside = await world.begin("beside")
    at_once = [
        Commit(beside, [b"1"]),
        Commit(lease, [b"gone"]),
        Commit(lease, [b"x"], snapshot=b"s"),
        Commit(beside, [b"2"]),
        Commit(lease, [b"y", b"z"]),
        Commit(lease, [b"end"]),
    ]
    await asyncio.gather(*map(world.one.commit, at_once))
    stored = await world.other.read("run")
    assert (stored.snapshot, stored.records) == (b"s", [b"x", b"y", b"z", b"end"])
    assert (await world.other.read("beside")).records == [b"1", b"2"]


@check
async def a_run_has_one_owner(world: World) -> None:
    """Nobody takes it from a process that lives, not even that process; the sentence says until when."""
    lease = await world.begin()
    for store in (world.other, world.one):
        error = await refused(RunIsOwned, store.take("run"))
        assert error.code == "CS512"
        assert "1970-01-01 00:17:10" in str(error), error
    world.now[0] += LEASE_SECONDS - 1
    await world.one.renew(lease)
    world.now[0] += LEASE_SECONDS - 1
    await refused(RunIsOwned, world.other.take("run"))
    await world.one.commit(Commit(lease, [b"still"]))


@check
async def who_lost_a_run_writes_nothing(world: World) -> None:
    """A lease that is over is good until another takes the run; from then on every commit of the first is refused."""
    old = await world.begin()
    await world.one.commit(Commit(old, [b"first"]))
    world.now[0] += LEASE_SECONDS + 1
    await world.one.commit(Commit(old, [b"late"]))
    new = await world.other.take("run")
    assert new.token == old.token + 1
    number = await world.other.send("run", "name", b"payload")
    for commit in (
        Commit(old, [b"lost"]), Commit(old, [b"lost"]), Commit(old), Commit(old, status=FAILED, outcome=b"lost"),
        Commit(old, snapshot=b"lost"), Commit(old, taken=[number]), Commit(old, standing=STANDING), Commit(old, [b"1", b"2"]),
    ):  # fmt: skip
        error = await refused(LeaseLost, world.one.commit(commit))
        assert error.code == "CS513"
    await refused(LeaseLost, world.one.renew(old))
    await world.one.release(old)
    await world.other.commit(Commit(new, [b"new"]))
    stored = await world.one.read("run")
    assert (stored.records, stored.snapshot, stored.outcome) == ([b"first", b"late", b"new"], None, None)
    assert (stored.run.status, stored.run.standing, len(stored.signals)) == (RUNNING, None, 1)


@check
async def a_run_that_was_given_up_is_taken(world: World) -> None:
    """At once; and who gave it up can not write any more."""
    old = await world.begin()
    await world.one.release(old)
    assert (await world.other.read("run")).run.owner is None
    await refused(LeaseLost, world.one.commit(Commit(old, [b"lost"])))
    new = await world.other.take("run")
    assert new.token == old.token + 1
    await refused(LeaseLost, world.one.commit(Commit(old, [b"lost"])))
    await world.other.release(new)
    again = await world.one.take("run")
    assert again.token == new.token + 1
    await world.one.commit(Commit(again, [b"again"]))
    assert (await world.other.read("run")).records == [b"again"]


@check
async def ids_are_taken_once(world: World) -> None:
    """Of all that make one run at once, one does."""
    await world.begin()
    error = await refused(RunExists, world.begin())
    assert error.code == "CS511"
    stores = [world.one, world.other] * 5
    new = NewRun("contested", DIGEST, "main", b"", b"", "flow.csc")
    answers = await asyncio.gather(*(store.create(new) for store in stores), return_exceptions=True)
    assert sorted(type(answer).__name__ for answer in answers) == ["Lease", *["RunExists"] * 9]
    for bad in ("", " a", "a\nb", "a\0b", "x" * 1000):
        await refused(UsageError, world.begin(bad))
    await world.begin("käse 'and' \"bread\"; DROP TABLE runs --")


@check
async def what_is_not_there_is_told(world: World) -> None:
    """With what is near."""
    await world.begin("order-17")
    lost: list[Awaitable[Any]] = [
        world.one.read("order-71"), world.one.take("order-71"), world.one.send("order-71", "a", b""),
        world.one.signals("order-71"), world.one.copy("order-71", "new"), world.other.changed("order-71", 1),
    ]  # fmt: skip
    for call in lost:
        error = await refused(NoSuchRun, call)
        assert error.code == "CS510"
        assert "order-17" in (error.problems[0].hint or ""), error
    await refused(DamagedStore, world.one.program(b"other"))
    await refused(DamagedStore, world.one.create(NewRun("new", b"other", "main", b"", b"", "flow.csc")))
    await refused(NoSuchRun, world.one.read("new"))


@check
async def signals_are_kept_until_they_are_taken(world: World) -> None:
    """In the order in which they were sent; a commit takes them, once and whole."""
    lease = await world.begin()
    names = ["approved", "approved", "", CANCEL, "käse", "\ud800", "x" * 1000]
    numbers = [await world.other.send("run", name, name.encode(errors="replace")) for name in names]
    assert numbers == sorted({*numbers})
    found = await world.one.signals("run")
    assert [(one.id, one.name) for one in found] == list(zip(numbers, names, strict=True))
    assert found == (await world.one.read("run")).signals
    assert found[0].payload == b"approved"
    assert found[0].sent == world.now[0]
    await world.one.commit(Commit(lease, [b"took one"], taken=numbers[:1]))
    await world.one.commit(Commit(lease, taken=numbers[2:4]))
    assert [one.id for one in await world.other.signals("run")] == [numbers[1], *numbers[4:]]
    other = await world.begin("other")
    await world.one.commit(Commit(other, taken=numbers))
    assert len(await world.other.signals("run")) == 4, "signals of another run"


@check
async def a_change_wakes_who_waits(world: World) -> None:
    """Of this process and of another; what came before the waiting, and was not seen, too."""
    await world.begin()
    await world.begin("other")
    for sender in (world.one, world.other):
        waiters = [asyncio.create_task(world.one.changed("run", 60)) for _ in range(3)]
        sleeper = asyncio.create_task(world.one.changed("other", 60))
        await asyncio.sleep(0.01)
        assert not any(waiter.done() for waiter in waiters)
        await sender.send("run", "go", b"")
        await asyncio.wait_for(asyncio.gather(*waiters), 20)
        await asyncio.wait_for(world.one.changed("run", 60), 20)  # it has not been looked at
        assert len(await world.one.signals("run")) > 0
        await world.one.changed("run", 0.01)
        assert not sleeper.done()
        sleeper.cancel()
        await asyncio.wait([sleeper])


@check
async def a_copy_is_a_run_of_its_own(world: World) -> None:
    """With all that was committed, ready for whoever takes it."""
    lease = await world.begin()
    await world.one.commit(Commit(lease, [b"a"], snapshot=b"s", standing=STANDING, status=DONE, outcome=b"o"))
    await world.one.commit(Commit(lease, [b"b"]))
    await asyncio.gather(world.one.commit(Commit(lease, [b"c"])), world.one.send("run", "kept", b"k"))
    await world.one.send("run", CANCEL, b"")
    await world.other.copy("run", "copy")
    await refused(RunExists, world.other.copy("run", "copy"))
    copied, original = await world.one.read("copy"), await world.one.read("run")
    assert copied[1:5] == original[1:5]
    assert copied.outcome is None
    assert [(one.name, one.payload) for one in copied.signals] == [("kept", b"k")]
    assert (copied.run.status, copied.run.owner, copied.run.standing) == (READY, None, STANDING)
    assert (copied.run.records, copied.run.size) == (original.run.records, original.run.size)
    taken = await world.other.take("copy")
    await world.other.commit(Commit(taken, [b"d"], taken=[copied.signals[0].id]))
    assert (await world.one.read("copy")).records == [b"a", b"b", b"c", b"d"]
    unchanged = await world.one.read("run")
    assert (unchanged.records, unchanged.signals) == (original.records, original.signals)


@check
async def runs_that_ended_are_pruned(world: World) -> None:
    """Those of the statuses and the time that are named, and programs that nobody needs."""
    for name, program, status in (
        ("old", b"p1", DONE), ("failed", b"p2", FAILED), ("waits", b"p3", WAITING), ("shares", b"p1", RUNNING),
    ):  # fmt: skip
        await world.one.put_program(program, program)
        lease = await world.one.create(NewRun(name, program, "main", b"", b"", "flow.csc"))
        await world.one.commit(Commit(lease, [b"x"] * 20, status=status))
        await world.one.release(lease)
    world.now[0] += 100
    lease = await world.begin("young")
    await world.one.commit(Commit(lease, status=DONE))
    await world.one.release(lease)
    assert await world.other.prune(before=1050, statuses=[CANCELLED]) == 0
    assert await world.other.prune(before=1050, statuses=[DONE, FAILED]) == 2
    assert {run.run_id for run in await world.other.runs()} == {"waits", "shares", "young"}
    await refused(NoSuchRun, world.one.read("old"))
    assert [await world.one.program(one) for one in (b"p1", b"p3", DIGEST)] == [b"p1", b"p3", b"program"]
    await refused(DamagedStore, world.one.program(b"p2"))
    assert (await world.one.read("shares")).records == [b"x"] * 20
    await world.begin("old")
    assert (await world.one.read("old")).records == []


@check
async def listings_are_in_order(world: World) -> None:
    """Newest first or last, and no more than asked for."""
    for number in range(5):
        await world.begin(f"run-{number}")
    assert [run.run_id for run in await world.other.runs(limit=2)] == ["run-4", "run-3"]
    assert [run.run_id for run in await world.other.runs(limit=2, newest_first=False)] == ["run-0", "run-1"]
    assert await world.other.runs(status=FAILED) == []
