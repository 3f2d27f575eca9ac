import cascade as cs


@cs.task
def fetch(url: str) -> str:
    return url


page = cs.Router(fetch("a"), {})
