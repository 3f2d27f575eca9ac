import cascade as cs

from decimal import Decimal


@cs.flow
def main(value):
    match value:
        case Decimal():
            return "decimal"
