import cascade as cs


@cs.flow
def main():
    @cs.task
    def double(n):
        return 2 * n

    return double(4)
