import cascade as cs


@cs.task
def fetch(url: str) -> str:
    return url


text = f"it says {fetch('a')}"
