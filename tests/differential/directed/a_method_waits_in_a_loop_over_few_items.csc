# A method of a value of a task waits in the midst of a loop over few items, which goes on behind it.

from tasks import box

flow main():
    seen = []
    b = box(1)
    for k in (1, 2, 3):
        seen.append(b.get(k))
    for x in [{5: 6}, b, {5: 7}]:
        seen.append(x.get(5))
    for k in range(2):
        seen.append(b.get(k))
    return seen
