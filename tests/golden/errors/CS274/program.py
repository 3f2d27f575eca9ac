import cascade as cs


@cs.flow
def main(order):
    order.status = "shipped"
