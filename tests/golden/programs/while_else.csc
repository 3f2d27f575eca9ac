"""`else` of a loop runs when the loop was not broken out of."""


flow main(stop: int = 3):
    for limit in 2, 5:
        n = 0
        while n < limit:
            if n == stop:
                break
            n += 1
        else:
            print("ran out at", n)  # expect: ran out at 2
            continue
        print("stopped at", n)  # expect: stopped at 3
