"""Strings of all kinds; an f-string formats what Python's formats."""


flow main(name: str = "Ada", n: float = 3.14159):
    print(f"{name!r:>8}|{n:.2f}|{n:{4 + 4}.1f}|{name=}")  # expect:    'Ada'|3.14|     3.1|name='Ada'
    print("adjacent " "strings", r"raw\n", b"bytes"[0])  # expect: adjacent strings raw\n 98
    print(f"{{braces}} {'nested'.upper()}")  # expect: {braces} NESTED
    return name[::-1] + name[0] * 3  # expect: -> 'adAAAA'
