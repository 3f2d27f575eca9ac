import cascade as cs


def double(n):
    return 2 * n


@cs.flow
def main():
    return double(4)
