import cascade as cs

limit = 1
limit = 2


@cs.flow
def main():
    return limit
