from cascade.durable import decode

value = decode(b"\x09\x00\x92\x00\x01")
