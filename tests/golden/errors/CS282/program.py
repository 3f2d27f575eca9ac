import cascade as cs


@cs.task
def double(n):
    return 2 * n


@cs.flow
def main(items):
    return list(map(double, items))
