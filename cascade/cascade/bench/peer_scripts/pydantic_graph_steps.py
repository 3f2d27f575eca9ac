"""pydantic-graph 1: a loop of one node, and chains of 21. Annotations are how it knows what follows a node."""
# mypy: ignore-errors

import asyncio
import sys
import time
from dataclasses import dataclass

from pydantic_graph import BaseNode, End, Graph, GraphRunContext

NODES = 21


@dataclass
class Step(BaseNode[None, None, int]):
    """A step that does next to nothing."""

    n: int

    async def run(self, context: GraphRunContext) -> "Step | End[int]":
        """What comes next."""
        return Step(self.n - 1) if self.n > 0 else End(self.n)


def _before(following: type, number: int) -> type:
    @dataclass
    class Link(BaseNode[None, None, int]):
        n: int

        async def run(self, context: GraphRunContext) -> following:
            return following(self.n - 1)

    Link.__name__ = f"Link{number}"
    return Link


@dataclass
class Last(BaseNode[None, None, int]):
    """The last of a chain."""

    n: int

    async def run(self, context: GraphRunContext) -> End[int]:
        """The end."""
        return End(self.n)


links = [Last]
for index in range(NODES - 1):
    links.insert(0, _before(links[0], index))
looping, chained = Graph(nodes=[Step]), Graph(nodes=links)


async def loop(steps: int) -> None:
    """One run of so many turns."""
    await looping.run(Step(steps))


async def chain(steps: int) -> None:
    """A run for each chain."""
    for _ in range(steps // NODES):
        await chained.run(links[0](0))


async def _main() -> None:
    work = {"loop": loop, "chain": chain}[sys.argv[1]]
    await work(NODES)
    began = time.perf_counter()
    await work(int(sys.argv[2]))
    print(time.perf_counter() - began)


if __name__ == "__main__":
    asyncio.run(_main())
