import cascade as cs


@cs.task
def fetch(url: str) -> str:
    return url


text = cs.to_json(fetch(b"a"))
