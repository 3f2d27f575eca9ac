import cascade as cs


@cs.flow
def main(text):
    return eval(text)
