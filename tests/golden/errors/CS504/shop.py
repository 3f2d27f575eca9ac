from dataclasses import dataclass

from cascade.durable import decode, encode


@dataclass
class Order:
    id: int


data = encode(Order(7))
del Order
value = decode(data)
