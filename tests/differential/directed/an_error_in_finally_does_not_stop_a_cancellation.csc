# An error in finally does not stop a cancellation, also if it is caught.
# arguments: 3
from tasks import slow

flow main(n):
    try:
        return patient(n) with timeout(1ms)
    except TimeoutError:
        emit "late", n
    return "end"
flow patient(n):
    try:
        try:
            slow(n)
        finally:
            emit "finally", n
            fail "other"
    except FlowFailed as e:
        emit "caught", str(e)
    emit "goes on", n
    return 5
