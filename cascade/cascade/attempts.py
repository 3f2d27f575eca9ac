"""What policies do to a call: `Retry` tries again, `Timeout` gives up.

The clock is the event loop's. This file knows neither tasks nor flows: a call is something that can be awaited once an attempt.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from cascade.policies import Around, Policy, Retry, Timeout

__all__ = ["apply"]


async def apply(
    policies: Sequence[Policy],
    call: Callable[[], Awaitable[Any]],
    target: str,
    before_pause: Callable[[Retry, int, Exception], float],
) -> object:
    """The result of ``call`` under policies, outermost first.

    ``target`` names the call in errors. ``before_pause`` is told of each failed attempt that is not the last, and says how
    many seconds to wait before the next.
    """
    if not policies:
        return await call()
    policy, inner = policies[0], policies[1:]
    if isinstance(policy, Timeout):
        return await _timed(policy, lambda: apply(inner, call, target, before_pause), target)
    if isinstance(policy, Around):
        return await policy.run(lambda: apply(inner, call, target, before_pause))
    for attempt in range(1, policy.attempts):
        try:
            return await apply(inner, call, target, before_pause)
        except policy.on as error:
            pause = before_pause(policy, attempt, error)
        await asyncio.sleep(pause)
    return await apply(inner, call, target, before_pause)


async def _timed(policy: Timeout, call: Callable[[], Awaitable[Any]], target: str) -> object:
    """A `TimeoutError` of the call's own passes as it is."""
    own: TimeoutError | None = None
    try:
        async with asyncio.timeout(policy.seconds):
            try:
                return await call()
            except TimeoutError as error:
                own = error
                raise
    except TimeoutError as error:
        if error is own:
            raise
        raise TimeoutError(policy.said(target)) from None
    finally:
        del own  # it holds this frame
