# Attributes and methods by name.
from tasks import box

flow main():
    b = box([1])
    c = b
    c.value.append(2)
    r = b.get(5)
    try:
        (5).append(1)
    except AttributeError as e:
        emit "e", str(e)
    return (b.value, r, (2).real, "a".upper(), b.missing)
