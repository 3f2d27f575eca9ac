import cascade as cs


@cs.task
def show(value: object) -> str:
    return repr(value)


cs.BlueprintBuilder().build(show(show(open)))
