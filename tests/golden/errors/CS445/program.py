import asyncio

import cascade as cs


@cs.task
def train() -> None: ...


asyncio.run(cs.Engine(system_resources={"gpu": 1}).run(train().with_constraints(gpu=2)))
