import cascade as cs


@cs.task
def fetch(url: str) -> str:
    return url


watch = cs.flow(fetch)
