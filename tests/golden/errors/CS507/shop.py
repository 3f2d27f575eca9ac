from cascade.durable import Codecs, decode, encode


class Money:
    pass


codecs = Codecs()
codecs.add(Money, "wallet.money", lambda money: 5, lambda cents: Money(cents))
value = decode(encode(Money(), codecs=codecs), codecs=codecs)
