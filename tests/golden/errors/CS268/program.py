import cascade as cs


@cs.flow
def main(lock):
    with lock:
        return 1
