import cascade as cs


@cs.task
def fetch(url: str) -> str:
    return url


lines = list(fetch("a"))
