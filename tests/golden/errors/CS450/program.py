import cascade as cs


@cs.task
def step() -> object:
    return cs.TailCall(target="finnish")


@cs.task
def finish() -> None: ...


cs.run(step())
