import cascade as cs


@cs.flow
def main():
    import random

    return random.random()
