import math

import cascade as cs


@cs.flow
def main(radius):
    math.pi = 3
    return math.pi * radius
