from cascade.durable import decode, encode

value = decode(encode([1, 2, 3])[:-1])
