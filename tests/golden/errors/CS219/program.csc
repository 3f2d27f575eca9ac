flow main(order):
    return order._secret
