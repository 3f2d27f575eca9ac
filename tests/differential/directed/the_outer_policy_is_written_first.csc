# The outer policy is written first.
# script: ValueError ok
from tasks import slow, flaky_slow

flow main():
    a = flaky_slow(1) with retry(3), timeout(10s)
    try:
        return slow(3) with timeout(1ms)
    except TimeoutError:
        return slow(4) with timeout(100s), retry(2)
