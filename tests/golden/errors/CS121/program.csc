flow main(order):
    order.status = "shipped"
