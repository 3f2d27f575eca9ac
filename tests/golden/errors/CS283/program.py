import cascade as cs

import math


@cs.flow
def main():
    return math
