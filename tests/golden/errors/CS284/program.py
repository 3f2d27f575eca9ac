import cascade as cs


@cs.flow
def main(n, kind):
    try:
        return 1 / n
    except kind:
        return None
