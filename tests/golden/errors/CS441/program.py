import cascade as cs


@cs.task
def fetch(url: str) -> str:
    return url


page, other = fetch("a"), fetch("b")
first = cs.Router("a", {"a": page, "b": other})
cs.run(cs.Router(fetch(first), {"a": page, "b": other}))
