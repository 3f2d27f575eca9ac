"""Each statement of a `parallel` is a branch. What they assign is there after the block."""

from toys import after


flow main():
    start = 1
    parallel limit 2:
        slow = after(3, "slow")
        fast = after(1, start + 1)
        if start:
            nothing = after(2, None)
    print(slow, fast, nothing)  # expect: slow 2 None
    try:
        parallel:
            after(5, "too late")
            fail "at once"
    except FlowFailed as error:
        print(error)  # expect: at once
    return start  # expect: -> 1
