# Flaky calls are tried again.
# script: ValueError KeyError ok KeyError KeyError ok
from tasks import flaky

flow main():
    a = flaky(1) with retry(3)
    b = flaky(2) with retry(2, on=KeyError)
    return (a, b)
