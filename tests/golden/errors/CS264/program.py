import cascade as cs


@cs.flow
def main():
    class Point:
        x = 1

    return Point.x
