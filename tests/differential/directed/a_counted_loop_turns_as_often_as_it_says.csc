# A counted loop turns as often as it says.
# arguments: 7

flow main(n):
    k = 0
    total = 0
    while k < n:
        k += 1
        if k % 2:
            continue
        total += k
    loop:
        k -= 1
        if k <= 2:
            break
        total += 100
    return (k, total)
