import cascade as cs


@cs.task
def double(n: int) -> int:
    return 2 * n


@cs.task
def quadruple(n: int) -> object:
    return double(2 * n)


cs.run(quadruple(1))
