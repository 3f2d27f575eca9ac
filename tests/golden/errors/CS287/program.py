import cascade as cs


@cs.flow
def main(items):
    squares = (n * n for n in items)
    return sum(squares)
