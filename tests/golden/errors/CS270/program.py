import cascade as cs

LIMITS = [1, 2, 3]


@cs.flow
def main():
    return LIMITS[0]
