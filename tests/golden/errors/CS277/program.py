import cascade as cs


@cs.flow
def main(times):
    cs.sleep(*times)
