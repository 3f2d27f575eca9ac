from enum import Enum

from cascade.durable import decode, encode


class State(Enum):
    NEW = 1
    SENT = 2


data = encode(State.SENT)
State = Enum("State", ["NEW", "SHIPPED"], module=__name__)
value = decode(data)
