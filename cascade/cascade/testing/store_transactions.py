"""Checks of `Store.transact`: see `store_conformance`."""

from __future__ import annotations

import asyncio
from typing import Any

from cascade.durable.store import Commit, Lease
from cascade.errors import LeaseLost
from cascade.testing.store_world import LEASE_SECONDS, World, check, refused

__all__: list[str] = []


@check
async def a_transaction_has_the_commit_that_its_work_gives(world: World) -> None:
    """``work`` is given a connection, once; what it commits is there when the transaction is over, for others too."""
    lease = await world.begin()
    await world.one.commit(Commit(lease, [b"first"]))
    given: list[object] = []

    async def work(connection: Any) -> Commit:
        given.append(connection)
        assert (await world.other.read("run")).records == [b"first"]
        return Commit(lease, [b"second", b"third"])

    await world.one.transact(lease, work)
    assert len(given) == 1
    assert given[0] is not None
    await world.one.commit(Commit(lease, [b"fourth"]))
    assert (await world.other.read("run")).records == [b"first", b"second", b"third", b"fourth"]


@check
async def a_transaction_whose_work_fails_leaves_nothing(world: World) -> None:
    """What it raised is raised, and the run goes on."""
    lease = await world.begin()

    class WorkError(Exception):
        pass

    async def work(_: Any) -> Commit:
        raise WorkError

    await refused(WorkError, world.one.transact(lease, work))
    assert (await world.other.read("run")).records == []
    await world.one.commit(Commit(lease, [b"first"]))
    assert (await world.other.read("run")).records == [b"first"]


@check
async def commits_of_others_wait_for_a_transaction(world: World) -> None:
    """And are written after it."""
    lease, neighbour = await world.begin(), await world.begin("neighbour")
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def work(_: Any) -> Commit:
        begun.set()
        await go_on.wait()
        return Commit(lease, [b"first"])

    transaction = asyncio.ensure_future(world.one.transact(lease, work))
    await begun.wait()
    other = asyncio.ensure_future(world.one.commit(Commit(neighbour, [b"beside"])))
    await asyncio.sleep(0)
    go_on.set()
    await asyncio.gather(transaction, other)
    assert (await world.other.read("run")).records == [b"first"]
    assert (await world.other.read("neighbour")).records == [b"beside"]


@check
async def who_lost_a_run_has_no_transaction(world: World) -> None:
    """Nothing of it is written; whether its work is asked is not said."""
    old = await world.begin()
    world.now[0] += LEASE_SECONDS + 1
    await world.other.take("run")

    async def work(_: Any) -> Commit:
        return Commit(Lease("run", old.token), [b"lost"])

    await refused(LeaseLost, world.one.transact(old, work))
    assert (await world.other.read("run")).records == []
