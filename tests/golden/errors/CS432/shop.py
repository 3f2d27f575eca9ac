import cascade as cs


@cs.task
def fetch(url: str) -> str:
    return url


page = fetch("a").after("b")
