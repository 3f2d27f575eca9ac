import cascade as cs


@cs.task
def fetch(n):
    return n


@cs.flow
def main():
    return cs.gather(fetch(1), 2)
