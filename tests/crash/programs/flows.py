"""Python flows that are killed. They end within some milliseconds, and what they come to does not depend on when they run."""

from __future__ import annotations

from typing import Any

from work import (
    OutOfStockError,
    add,
    add_in_thread,
    add_later,
    append,
    append_later,
    collect,
    drop,
    fill_disk,
    flaky,
    flaky_later,
    length,
    never,
    pair,
    put,
    refuse,
    remember,
    send_itself,
    square_soon,
    take_part,
    words,
)

import cascade as cs


@cs.flow
def loop(count: int) -> int:
    total = 0
    for number in range(count):
        total = add(total, number)
    return total


@cs.flow
def endless(count: int) -> list[int]:
    """A loop that leaves nothing behind, and one that does."""
    seen: list[int] = []
    turn = 0
    while True:
        turn = add_later(turn, 1)
        seen.append(turn * turn)
        if turn == count:
            return seen


@cs.flow
def threads(count: int) -> int:
    total = 0
    for number in range(count):
        total += add_in_thread(number, 1)
    return total


@cs.flow
def side_by_side(count: int) -> list[int]:
    return square_soon.map(number=range(count))


@cs.flow
def branches(count: int) -> list[Any]:
    """Branches that make several calls each, one of which has branches of its own."""
    return cs.gather(branch(0, count), branch(1, count), outer(count))


@cs.flow
def branch(start: int, count: int) -> int:
    total = start
    for _ in range(count):
        total = add_later(total, 1, 0.001)
    return total


@cs.flow
def outer(count: int) -> list[Any]:
    return [cs.gather(branch(2, count), branch(3, 1)), add(1, 1)]


@cs.flow
def nested(depth: int) -> list[Any]:
    items: list[Any] = []
    return [deeper(depth, items), items]


@cs.flow
def deeper(depth: int, items: list[Any]) -> int:
    if depth == 0:
        return add(0, 0)
    append(items, depth)
    below = deeper(depth - 1, items)
    return add(below, depth)


@cs.flow
def tail(left: int, total: int) -> int:
    if left == 0:
        return total
    return tail_again(left, add(total, left))


@cs.flow
def tail_again(left: int, total: int) -> int:
    return tail(left - 1, add_later(total, 0))


@cs.flow
def clean_up(items: list[Any]) -> list[Any]:
    try:
        try:
            append(items, 1)
            refuse("tea")
        finally:
            append(items, 2)
            add_later(1, 1)
            append(items, 3)
    except OutOfStockError as error:
        append(items, error.left)
        append(items, str(error))
    for number in range(3):
        try:
            if number == 1:
                continue
            append(items, 10 + number)
        finally:
            append(items, 20 + number)
    return items


@cs.flow
def fails(count: int) -> int:
    total = 0
    for number in range(count):
        total = add(total, number)
    refuse("jam")
    return total


@cs.flow
def retries() -> list[str]:
    found = [flaky("a", 2).with_retry(max_attempts=4, delay=0.002, backoff=2)]
    found.append(flaky_later("b", 3).with_retry(max_attempts=4, delay=0.001).with_timeout(60))
    try:
        found.append(flaky("c", 9).with_retry(max_attempts=2, delay=0.001))
    except ConnectionError as error:
        found.append(str(error))
    found.append(twice("d").with_retry(max_attempts=3, delay=0.001))
    return found


@cs.flow
def twice(name: str) -> str:
    """A flow that is tried again."""
    return f"{add(1, 1)} {flaky(name, 1).with_retry(2)}"


@cs.flow
def sleeps() -> list[Any]:
    seen: list[Any] = []
    cs.sleep(0.01)
    seen.append(add(1, 1))
    try:
        cs.wait("nothing", timeout=0.01)
    except TimeoutError as error:
        seen.append(str(error))
    seen.append(add(2, 2))
    try:
        with cs.timeout(0.03):
            never("a")
    except TimeoutError as error:
        seen.append(str(error))
    try:
        never("b").with_timeout(0.02)
    except TimeoutError as error:
        seen.append(str(error))
    return seen


@cs.flow
def answered(count: int) -> list[Any]:
    """As many answers as there are turns."""
    seen: list[Any] = []
    for number in range(count):
        send_itself(f"answer {number}", [number, seen])
        answer = cs.wait(f"answer {number}", timeout=60)
        seen.append(answer[0])
    return seen


@cs.flow
def in_place(items: list[Any], table: dict[str, Any]) -> list[Any]:
    again = append(items, 1)
    again.append(2)
    first = put(table, "a", items)
    first.append("first")
    part = take_part(table, "a")
    part.append("part")
    both = pair(items, part)
    append_later(both[0], 5)
    table["twice"] = [both, both]
    drop(table, "old")
    put(table, "b", table)
    append(table["b"], 7)
    return [again, again is items, first is part, both, table, items, both[1] is first]


@cs.flow
def gives_again(count: int) -> list[Any]:
    """What a task gave before: only a process that lives remembers."""
    made = [remember("a") for _ in range(count)]
    made[0].append(1)
    other = remember("b")
    other.append(made[1])
    return [made, remember("b") is other, remember("a") is made[0]]


@cs.flow
def closures(numbers: list[int]) -> list[Any]:
    rate = add(1, 1)
    kept: list[Any] = []

    def cost(number: int) -> int:
        return add(rate * number, 1)

    steps = [lambda x: x + 1, lambda x: x * rate]
    for number in numbers:
        kept.append(cost(number))
        kept += [add(step(number), 0) for step in steps]
    dearest = max(numbers, key=lambda number: number % 4)
    return [kept, dearest, add(dearest, rate)]


@cs.flow
def sets(count: int) -> list[Any]:
    found = words(count)
    seen: list[str] = []
    sizes: set[int] = set()
    for word in found:
        seen.append(word)
        collect(sizes, length(word) + len(seen) % 2)
    first = next(iter(seen))
    append(seen, "end")
    return [sorted(seen), sorted(sizes), first in found, len(found)]


@cs.flow
def generators(numbers: list[int]) -> list[Any]:
    total = sum(add(number, 1) for number in numbers if number % 2)
    first = next((number for number in numbers if add(number, 0) > 2), None)
    table = {number: add_later(number, number) for number in numbers}
    return [total, first, table, any(add(number, 5) == 7 for number in numbers), [*map(str, numbers)]]


@cs.flow
def growing(count: int) -> list[str]:
    """A state that grows: snapshots come seldomer."""
    lines: list[str] = []
    for number in range(count):
        append(lines, f"{number:03d} " * 10)
    return lines


@cs.flow
def speaks(items: list[Any]) -> list[Any]:
    for number in range(3):
        print("turn", number, append(items, number))
    return items


@cs.flow
def computes(count: int) -> list[int]:
    """Much between calls."""
    found: list[int] = []
    for number in range(count):
        total = 0
        for each in range(2_000):
            total += each % (number + 3)
        found.append(add(total, number))
    return found


@cs.flow
def slowly(count: int) -> int:
    """Some time in each call: something can happen meanwhile."""
    total = 0
    for number in range(count):
        total = add_later(total, number, 0.05)
    return total


@cs.flow
def filling(count: int, size: int) -> list[int]:
    """A state that fills a disk."""
    kept = [fill_disk(size) for _ in range(count)]
    return [len(kept), sum(map(len, kept))]
