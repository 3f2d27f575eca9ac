import cascade as cs

from decimal import Decimal


@cs.flow
def main(text):
    return Decimal(text)
