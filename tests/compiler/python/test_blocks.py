"""``with cs.timeout(…)``: the suite sees and sets the variables around it, however it is left."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest
from support.python_flows import ENGINES, check_function


async def what_was_written_stays(n):
    log, x, y = [], 0, 1
    try:
        async with asyncio.timeout(n):
            x = 1
            log.append("in")
            del y
            await asyncio.sleep(1)
            x = 2
            z = 5
        log.append(z)
    except TimeoutError:
        log.append("late")
    else:
        log.append("in time")
    try:
        log.append(y)
    except UnboundLocalError as error:
        log.append(str(error))
    return x, log


async def ways_out(n):
    total = 0
    for i in range(10):
        try:
            async with asyncio.timeout(5):
                total += i
                if i == 2:
                    continue
                if i == 4 and n == 1:
                    break
                if i == 6 and n == 2:
                    return "returned", total, i
                if i == 7 and n == 3:
                    raise ValueError(total)
                for j in range(3):
                    if j == 1:
                        break
                    total += j
                else:
                    total += 7
                w = i
                await asyncio.sleep(0.1)
        finally:
            total += 100
    else:
        total += 1000
    return total, i, w


async def nested(n):
    log = []
    try:
        async with asyncio.timeout(3):
            a = 1
            try:
                async with asyncio.timeout(1):
                    b = 2
                    await asyncio.sleep(n)
                    if n == 0.5:
                        return "early", log, a, b
            except TimeoutError:
                log.append("inner")
                b += 10
            finally:
                log.append("finally")
            await asyncio.sleep(n)
            a = 7
    except TimeoutError:
        log.append("outer")
    return log, a, b


async def helpers_inside(n):
    def add(k):
        return k + x + base

    base, x = 1, 5
    async with asyncio.timeout(3):
        x = n
        first = add(1)
        later = lambda q, d=x: q + d
        x = 20
        second = add(1)
        third = later(0)
        fourth = [add(v) for v in range(2)]
    return first, second, third, fourth, add(2), x, later(1)


async def in_a_helper(n):
    async def go(d):
        async with asyncio.timeout(d):
            if n == 7:
                return "seven"
            await asyncio.sleep(1)
            return "slept"

    try:
        return await go(n)
    except TimeoutError:
        return "late"


async def raised_again(n):
    try:
        [][1]
    except IndexError as first:
        try:
            async with asyncio.timeout(3):
                said = str(first)
                raise
        except IndexError as second:
            return said, str(second), first is second


async def returns_given_up(n):
    said = []
    for k in range(3):
        try:
            said.append(k)
            if k == 1:
                return "never", k
        finally:
            async with asyncio.timeout(3):
                try:
                    if k == 2:
                        return "in the body", said
                finally:
                    said.append("finally")
                    if k == n:
                        return "given up", said
                if k < 2:
                    continue
    return said


async def within_while(n):
    tries = 0
    while True:
        tries += 1
        try:
            async with asyncio.timeout(tries * 0.4):
                await asyncio.sleep(n)
                break
        except TimeoutError:
            if tries > 3:
                raise
            continue
    return tries


async def wrong_duration(n):
    async with asyncio.timeout(1):
        return n + 1


CASES: list[tuple[Any, list[tuple[Any, ...]]]] = [
    (what_was_written_stays, [(0.5,), (2,)]),
    (ways_out, [(0,), (1,), (2,), (3,)]),
    (nested, [(0.5,), (0.7,), (2,), (3.5,)]),
    (helpers_inside, [(10,), ("x",)]),
    (in_a_helper, [(0.5,), (2,), (7,)]),
    (raised_again, [(0,)]),
    (returns_given_up, [(0,), (1,), (2,), (5,)]),
    (within_while, [(0.5,), (1,)]),
    (wrong_duration, [(1,), (None,)]),
]


@pytest.mark.parametrize(("function", "calls"), CASES, ids=lambda value: getattr(value, "__name__", ""))
def test_blocks_are_what_they_are_in_python(function: Any, calls: list[tuple[Any, ...]]) -> None:
    check_function(function, *calls)


async def not_caught(n):
    async with asyncio.timeout(1.5):
        await asyncio.sleep(n)


def test_an_error_of_a_block_says_what_took_how_long() -> None:
    made = check_function(not_caught, (1,))
    said = {made.run("not_caught", engine, 3).error for engine in ENGINES}
    assert said == {"TimeoutError: a block of flows:not_caught took longer than 1s500ms"}
