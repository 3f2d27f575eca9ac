import cascade as cs


@cs.task
def collect(items: list[object]) -> int:
    return len(items)


items: list[object] = [1, 2]
total = collect(items)
items.append(total)
cs.run(total)
