# Finally runs on every way out.
# arguments: 3
from tasks import ident

flow main(n):
    for i in range(5):
        try:
            if i == n:
                break
            if i == 1:
                continue
            if i == n + 1:
                return i
        finally:
            emit "finally", i
    else:
        emit "else", n
    try:
        return ident(n)
    finally:
        emit "last", n
