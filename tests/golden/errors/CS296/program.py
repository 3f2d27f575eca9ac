import cascade as cs


@cs.flow
def main():
    return cs.sleep
