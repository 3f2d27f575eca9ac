import cascade as cs


@cs.task
def fetch(n):
    return n


@cs.flow
def main():
    return fetch(1).after(fetch(0))
