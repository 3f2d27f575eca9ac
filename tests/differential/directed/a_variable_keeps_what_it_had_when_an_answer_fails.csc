# A call that fails after it was waited for, or that is made by others, leaves the variable as it was.
# arguments: 5
# script: ok ValueError ok KeyError ValueError

from tasks import flaky_slow, flaky, add, box, slow_check

flow main(n):
    r = []
    x = "first"
    for i in range(n):
        try:
            x = flaky_slow(i)
        except Exception as e:
            r.append(("flaky_slow", i, x, str(e)))
        try:
            x = slow_check(i)
        except Exception as e:
            r.append(("slow_check", i, x, str(e)))
        try:
            x = add(x, "text")
        except Exception as e:
            r.append(("add", i, x))
        x = add(i, i)
        r.append(box(x))
        r.append(box(x) is x)
        r.append(add(x, add(i, 1)))
    return r
