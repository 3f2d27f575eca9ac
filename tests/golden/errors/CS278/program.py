import cascade as cs


@cs.flow
def main(seen=[]):  # noqa: B006
    seen.append(1)
    return seen
