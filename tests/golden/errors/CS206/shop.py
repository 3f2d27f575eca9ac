import cascade as cs


@cs.task
def fetch_order(order_id: str) -> str:
    return order_id
