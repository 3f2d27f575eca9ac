"""Both stores do what every store has to."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest
from cascade.durable.store import Store, open_store
from cascade.testing.store_conformance import Check, checks


@pytest.mark.parametrize("check", [pytest.param(check, id=name) for name, check in checks()])
def test_it_conforms(check: Check, url: str) -> None:
    """Each check begins with an empty store."""

    async def open_again(*, clock: Callable[[], float], lease_seconds: float) -> Store:
        return await open_store(url, clock=clock, lease_seconds=lease_seconds)

    asyncio.run(check(open_again))
