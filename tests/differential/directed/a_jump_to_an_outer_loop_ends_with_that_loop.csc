# A jump to the next turn of an outer loop, out of an inner one, is over when there is no such turn.
# arguments: [[5], [3, 0], [], b"more of these than loops go over without turns, so that such a jump leaves two"]

flow main(rows):
    found = 0
    for row in rows:
        for value in row:
            if value < 2:
                break
        else:
            continue
        if found == 1:
            break
        found = found + 1
    else:
        found = found + 10
    return found
