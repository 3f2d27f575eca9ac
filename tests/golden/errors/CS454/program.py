from collections.abc import Iterator

import cascade as cs


@cs.resource
def numbers() -> Iterator[int]:
    yield 1
    yield 2


@cs.task
def show(n: int = cs.inject("numbers")) -> str:
    return str(n)


cs.run(show())
