"""Stores that are open: the runs of one event loop share one for each place, so that what they commit goes together."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from weakref import WeakKeyDictionary

from cascade.durable.names import Located, Where, place_or_store
from cascade.durable.store import Store, open_store

__all__ = ["Located", "Where", "using"]


class _Shared:
    """A store and how many use it; the future is there while it is being opened."""

    __slots__ = ("opening", "users")

    def __init__(self, opening: asyncio.Task[Store]) -> None:
        self.opening = opening
        self.users = 0


_OPEN: WeakKeyDictionary[asyncio.AbstractEventLoop, dict[str, _Shared]] = WeakKeyDictionary()


@asynccontextmanager
async def using(store: Where, *, create: bool = True) -> AsyncIterator[Store]:
    """The store at a place, opened if nobody uses it yet, and closed when nobody does any more; or the one that is given."""
    place = place_or_store(store)
    if not isinstance(place, str):
        yield place
        return
    known = _OPEN.setdefault(asyncio.get_running_loop(), {})
    shared = known.get(place)
    if shared is None:
        shared = known[place] = _Shared(asyncio.ensure_future(open_store(place, create=create)))
    shared.users += 1
    try:
        yield await asyncio.shield(shared.opening)
    finally:
        shared.users -= 1
        if not shared.users:
            known.pop(place, None)
            await _close(shared.opening)


async def _close(opening: asyncio.Task[Store]) -> None:
    """Also a store that is being opened, by somebody who was cancelled meanwhile: what it has locked is given up."""
    try:
        opened = await opening
    except Exception:  # it is told to who opened it
        return
    await opened.close()
