"""What CPython runs for labels_leave_and_go_on_with_outer_loops.csc."""
# ruff: noqa


def main(n):
    r = []
    for i in range(4):
        if i == n:
            break
        for j in range(2):
            r.append((i, j))
    return r
