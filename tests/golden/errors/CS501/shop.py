from cascade.durable import encode

orders = [{"customer": print}]
data = encode(orders, name="orders")
