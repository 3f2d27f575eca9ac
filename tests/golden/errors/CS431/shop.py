import cascade as cs


@cs.task
def fetch(url: str) -> str:
    return url


pages = fetch.map()
