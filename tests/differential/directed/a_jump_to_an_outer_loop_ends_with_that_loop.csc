# A jump to the next turn of an outer loop, out of an inner one, is over when there is no such turn.
# arguments: [[1, 2], [3, 0], [], [1]]

flow main(rows):
    found = 0
    for row in rows:
        for value in row:
            if value < 2:
                if found < 1000:
                    break
        else:
            continue
        found = found + 1
    if found == 3:
        found = found + 10
    for row in rows:
        for value in row:
            if value > 5:
                break
        else:
            continue
        found = found + 1
    if found > 0:
        found = found + 100
    return found
