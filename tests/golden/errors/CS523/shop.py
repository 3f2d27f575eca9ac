import cascade as cs


@cs.task
def fetch() -> int:
    return 1
