import cascade as cs


@cs.task
def fetch() -> str:
    cs.current_call()
    return ""
