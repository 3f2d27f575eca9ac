import cascade as cs


@cs.flow
def main(value):
    return value.__class__
