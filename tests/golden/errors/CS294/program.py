import cascade as cs


@cs.task
def fetch(n):
    return n


@cs.flow
def main(items):
    return fetch.map(items)
