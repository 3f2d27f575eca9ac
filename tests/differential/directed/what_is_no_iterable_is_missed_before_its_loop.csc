# What is no iterable is missed where its loop begins: not within the loop, whose errors others see.
# arguments: 5; [1, 2]

flow over(x):
    return sum(y * 2 for y in x)

flow main(x, y):
    seen = [over(y)]
    try:
        seen.append(over(x))
    except TypeError as e:
        seen.append(str(e))
    try:
        for k in range(y):
            seen.append(k)
    except TypeError as e:
        seen.append(str(e))
    return (seen, over(x))
