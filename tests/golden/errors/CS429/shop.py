import cascade as cs


@cs.task
def fetch(url: str) -> str:
    return url


text = fetch("a").with_retries(3)
