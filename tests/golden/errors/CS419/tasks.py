import cascade as cs


@cs.task
def reserve(name: str) -> None:
    raise LookupError(f"nothing is left of {name}")
