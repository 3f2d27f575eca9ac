# Finally runs when a timeout cuts in, and can not stop it.
# arguments: 3
from tasks import slow

flow main(n):
    try:
        return patient(n) with timeout(1ms)
    except TimeoutError as e:
        emit "late", n
    return "end"
flow patient(n):
    loop:
        try:
            slow(n)
            slow(n + 1)
        except:
            emit "not caught", n
        finally:
            emit "finally", n
        n += 1
