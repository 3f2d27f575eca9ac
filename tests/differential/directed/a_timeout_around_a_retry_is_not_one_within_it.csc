# A timeout around a retry is not one within it.
# script: ValueError ValueError ok ValueError ok
from tasks import flaky

flow main():
    r = []
    try:
        r.append(once())
    except TimeoutError:
        r.append("late")
    r.append((flaky(2) with retry(2, delay=1s), timeout(500ms)))
    return r
flow once():
    a = flaky(1) with timeout(1500ms), retry(3, delay=1s)
    return a
