import cascade as cs


@cs.flow
def main(log):
    print("late", file=log)
