"""The tasks of `kept.csc`. Runs in the stores of this folder call them: they stay as they are."""

from __future__ import annotations

import asyncio

import cascade as cs

STUCK: set[str] = set()
"""What does not end while the stores are written: there the runs are left."""
ARRIVED: list[str] = []


@cs.task
async def step(number: int) -> int:
    await reached(f"step {number}")
    return number * number


@cs.task
async def note(lines: list[str], line: str) -> list[str]:
    """Changes its argument, and gives it back."""
    await reached(f"note {len(lines)}")
    lines.append(line)
    return lines


@cs.task
async def try_hard() -> str:
    attempt = cs.current_call().attempt
    ARRIVED.append("try_hard")
    if attempt < 2:
        raise ConnectionError(f"attempt {attempt}")
    return f"attempt {attempt}"


@cs.task
async def refuse(item: str) -> None:
    raise LookupError(f"no {item}")


async def reached(what: str) -> None:
    if what in STUCK:
        ARRIVED.append(what)
        await asyncio.sleep(3600)
