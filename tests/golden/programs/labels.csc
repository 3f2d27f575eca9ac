"""`break` and `continue` may name the loop that they mean."""


flow main(rows: list = [[1, 2], [3, 0, 4], [5]]):
    total = 0
    for row in rows as each_row:
        for n in row:
            if n == 0:
                continue each_row
            total += n
    print(total)  # expect: 11
    loop as outer:
        for n in [1, 2, 3]:
            total -= n
            if total < 0:
                break outer
    return total  # expect: -> -1
