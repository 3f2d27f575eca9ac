import cascade as cs


@cs.task
def fetch() -> str:
    return cs.current_call().connection
