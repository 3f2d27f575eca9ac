"""Methods and public attributes of values."""


flow main(text: str = "a,b,,c"):
    parts = text.split(",")
    parts.sort(reverse=True)
    print("-".join(parts), len(parts), (7).bit_length())  # expect: c-b-a- 4 3
    print((1 + 2j).imag, (90s).seconds)  # expect: 2.0 90
    return parts.nothing()  # expect: !! AttributeError: 'list' object has no attribute 'nothing'
