"""What CPython runs for a_branch_hands_back_several_variables.csc."""
# ruff: noqa


def main(n):
    z = 1
    enter_parallel()
    if n:
        a = slow(1)
        b = add(2, n)
        if n > 5:
            never = 1
    c, *d = [7, 8, slow(9)]
    for z in [4, 5]:
        del z
    try:
        emit("z", z)
    except UnboundLocalError as e:
        emit("e", str(e))
    return (a, b, c, d, never)
