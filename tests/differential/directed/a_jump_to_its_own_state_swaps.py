"""What CPython runs for a_jump_to_its_own_state_swaps.csc."""
# ruff: noqa


def main(n):
    def only(k=3, a=1, b=2):
        if k == 0:
            return (a, b)
        return jump(only, k - 1, b, a)

    return run_states(only)
