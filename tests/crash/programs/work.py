"""The tasks of these programs."""

from __future__ import annotations

import asyncio
import os
from typing import Any

from effects import note

import cascade as cs


class OutOfStockError(Exception):
    """What some of them raise."""

    def __init__(self, item: str, left: int) -> None:
        super().__init__(f"only {left} of {item} left")
        self.item, self.left = item, left

    def __reduce__(self) -> Any:
        return OutOfStockError, (self.item, self.left)


@cs.task(mode="inline")
def add(one: int, other: int) -> int:
    note(f"add({one}, {other})")
    return one + other


@cs.task(mode="blocking")
def add_in_thread(one: int, other: int) -> int:
    note(f"add_in_thread({one}, {other})")
    return one + other


@cs.task
async def add_later(one: int, other: int, seconds: float = 0.0) -> int:
    note(f"add_later({one}, {other})")
    await asyncio.sleep(seconds)
    return one + other


@cs.task
async def square_soon(number: int) -> int:
    """Each takes a time of its own."""
    note(f"square_soon({number})")
    await asyncio.sleep(number * 7 % 5 / 1000)
    return number * number


@cs.task(mode="inline")
def refuse(item: str) -> None:
    note(f"refuse({item})")
    raise OutOfStockError(item, 3)


@cs.task(mode="inline")
def flaky(name: str, fails: int) -> str:
    attempt = note(f"flaky({name})")
    if attempt <= fails:
        raise ConnectionError(f"attempt {attempt}")
    return f"{name} at attempt {attempt}"


@cs.task
async def flaky_later(name: str, fails: int) -> str:
    attempt = note(f"flaky_later({name})")
    await asyncio.sleep(0.001)
    if attempt <= fails:
        raise ConnectionError(f"attempt {attempt}")
    return f"{name} at attempt {attempt}"


@cs.task
async def never(name: str) -> None:
    note(f"never({name})")
    await asyncio.sleep(60)


@cs.task(mode="inline")
def append(items: list[Any], item: Any) -> list[Any]:
    """Changes its argument, and gives it back."""
    note(f"append({len(items)}, {item})")
    items.append(item)
    return items


@cs.task
async def append_later(items: list[Any], item: Any) -> None:
    """Changes its argument before it waits, and after that."""
    note(f"append_later({item})")
    items.append(item)
    await asyncio.sleep(0.001)
    items.append(-item)


@cs.task(mode="inline")
def put(table: dict[str, Any], key: str, value: Any) -> Any:
    """Changes its argument, and gives what is in it."""
    note(f"put({key})")
    table.setdefault(key, [])
    table[key].append(value)
    return table[key]


@cs.task(mode="inline")
def take_part(table: dict[str, Any], key: str) -> Any:
    note(f"take_part({key})")
    return table[key]


@cs.task(mode="inline")
def drop(table: dict[str, Any], key: str) -> None:
    note(f"drop({key})")
    del table[key]


@cs.task(mode="inline")
def pair(one: Any, other: Any) -> tuple[Any, Any]:
    note("pair")
    return one, other


@cs.task(mode="inline")
def collect(found: set[Any], item: Any) -> None:
    note(f"collect({item})")
    found.add(item)


@cs.task(mode="inline")
def words(count: int) -> set[str]:
    note(f"words({count})")
    return {f"word {number}" for number in range(count)}


@cs.task(mode="inline")
def length(word: str) -> int:
    note(f"length({word})")
    return len(word)


_GIVEN: dict[str, list[Any]] = {}


@cs.task(mode="inline")
def remember(name: str) -> list[Any]:
    """Gives what it gave before."""
    note(f"remember({name})")
    return _GIVEN.setdefault(name, [name])


@cs.task
async def send_itself(name: str, value: Any) -> None:
    """Sends a signal to the run that it is called by."""
    note(f"send_itself({name})")
    await cs.asignal(cs.current_call().run_id, name, value, store=os.environ["CRASH_STORE"])


@cs.task(mode="inline")
def fill_disk(size: int) -> bytes:
    note(f"fill_disk({size})")
    return os.urandom(size)
