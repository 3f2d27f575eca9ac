import cascade as cs


@cs.flow
def main():
    yield 1
