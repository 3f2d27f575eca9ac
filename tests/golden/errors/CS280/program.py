import cascade as cs


@cs.flow
def main():
    totl = 1
    return total + totl  # noqa: F821
