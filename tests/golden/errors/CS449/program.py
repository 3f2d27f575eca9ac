import cascade as cs


@cs.task
def step() -> object:
    return cs.Jump("again")


cs.run(step())
