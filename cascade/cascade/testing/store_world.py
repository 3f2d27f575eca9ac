"""Two processes with one store, as the checks of `store_conformance` see them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import Any, NamedTuple, Protocol, TypeVar

from cascade.durable.store import Lease, NewRun, Standing, Store

__all__ = ["CHECKS", "DIGEST", "LEASE_SECONDS", "STANDING", "Check", "OpenAgain", "World", "check", "refused"]

T = TypeVar("T")
LEASE_SECONDS = 30.0
DIGEST = b"\x00digest of a program\xff"
STANDING = Standing("flow.csc:3", "signal 'approved'", 1.5, None, 7, 2)


class OpenAgain(Protocol):
    """Opens the store once more, as another process would."""

    def __call__(self, *, clock: Callable[[], float], lease_seconds: float) -> Awaitable[Store]: ...


Check = Callable[[OpenAgain], Awaitable[None]]
CHECKS: list[tuple[str, Check]] = []


class World(NamedTuple):
    """Two processes with one store, and their clock."""

    one: Store
    other: Store
    now: list[float]

    async def begin(self, run_id: str = "run") -> Lease:
        """A new run of the first."""
        await self.one.put_program(DIGEST, b"program")
        return await self.one.create(NewRun(run_id, DIGEST, "main", b"arguments", b"asked", "flow.csc"))


def check(body: Callable[[World], Awaitable[None]]) -> Callable[[World], Awaitable[None]]:
    """Among those that every store is put through."""

    async def whole(open_again: OpenAgain) -> None:
        async with _two(open_again) as world:
            await body(world)

    CHECKS.append((body.__name__, whole))
    return body


@asynccontextmanager
async def _two(open_again: OpenAgain) -> AsyncIterator[World]:
    now = [1000.0]
    one = await open_again(clock=lambda: now[0], lease_seconds=LEASE_SECONDS)
    other = await open_again(clock=lambda: now[0], lease_seconds=LEASE_SECONDS)
    try:
        yield World(one, other, now)
    finally:
        await one.close()
        await other.close()


async def refused(kind: type[T], call: Awaitable[Any]) -> T:
    """The error of that kind that a call raises."""
    try:
        await call
    except BaseException as error:
        if isinstance(error, kind):
            return error
        raise
    raise AssertionError(f"no {kind.__name__} was raised")
