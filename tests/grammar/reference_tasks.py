"""The tasks that the examples of the language reference call."""

import asyncio
from collections import Counter
from dataclasses import dataclass, field

import cascade as cs


@dataclass
class Order:
    """What `fetch_order` returns: attributes and a method to reach."""

    id: str
    status: str = "new"
    prices: list[int] = field(default_factory=lambda: [3, 4])

    def total(self, discount: int = 0) -> int:
        return sum(self.prices) - discount


@cs.task
def double(n: int) -> int:
    """Twice a number."""
    return 2 * n


@cs.task
async def fetch_order(order_id: str) -> Order:
    """An order, as if from far away."""
    await asyncio.sleep(0)
    return Order(order_id)


@cs.task
def describe(*parts: object, sep: str = " ", **more: object) -> str:
    """All arguments as one text."""
    return sep.join([*map(str, parts), *(f"{key}={value}" for key, value in more.items())])


_calls: Counter[str] = Counter()


@cs.task
def unsteady(name: str, failures: int) -> str:
    """Fails so many times, then says how often it was called."""
    _calls[name] += 1
    if _calls[name] <= failures:
        raise ConnectionError(f"{name} is not there yet")
    return f"{name} came at call {_calls.pop(name)}"


@cs.task
async def never() -> None:
    """Takes longer than anyone waits."""
    await asyncio.sleep(3600)
