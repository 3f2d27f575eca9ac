import cascade as cs


@cs.task
def fetch(url: str) -> str:
    return url


page = fetch("a")
if page:
    page = fetch("b")
