import cascade as cs


@cs.task
def fetch(url: str) -> str:
    return url


lines = [fetch(line) for line in fetch("a")]
