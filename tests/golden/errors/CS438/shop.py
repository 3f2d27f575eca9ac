import cascade as cs


@cs.task
def fetch(url: str) -> str:
    return url


page = cs.from_json('{"cascade": 1, "nodes": [{"call": "shop:fetsh", "args": ["a"]}], "target": {"node": 0}}')
