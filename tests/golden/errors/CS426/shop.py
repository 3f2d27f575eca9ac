import cascade as cs


@cs.task
def fetch(url: str) -> str:
    return url


same = fetch("a") == "a"
