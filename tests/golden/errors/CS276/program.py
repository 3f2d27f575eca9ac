import cascade as cs


@cs.flow
def main(n):
    try:
        return 1 / n
    except* ZeroDivisionError:
        print("no")
