from cascade.durable import Codecs, decode, encode


class Money:
    cents = 5


codecs = Codecs()
codecs.add(Money, "wallet.money", lambda money: money.cents, Money)
value = decode(encode(Money(), codecs=codecs))
