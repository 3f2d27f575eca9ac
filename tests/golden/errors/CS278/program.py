import cascade as cs


@cs.flow
def main(seen=[]):
    seen.append(1)
    return seen
