import cascade as cs


class Money:
    pass


class Coin:
    pass


cs.register_codec(Money, "golden.money", vars, lambda state: Money())
cs.register_codec(Coin, "golden.money", vars, lambda state: Coin())
