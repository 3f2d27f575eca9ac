import cascade as cs


@cs.flow
def main(n):
    if n < 0:
        raise
