# A dict that grows stops its loop.
# arguments: {'a': 1}
from tasks import add

flow main(d):
    try:
        for k in d:
            d[k + "x"] = 1
    except RuntimeError as e:
        emit "caught", str(e)
    s = {1, 2}
    for x in s:
        s.add(x + 10)
