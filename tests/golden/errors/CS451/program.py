import cascade as cs


@cs.task
def step(n: int) -> object:
    return cs.TailCall((n, n), target="finish")


@cs.task
def finish(n: int) -> int:
    return n


cs.run(step(1))
