# A generator sees what the call that reads it has changed.
# arguments: [3, 1, 3, 2, 0, 1]
from tasks import ident

flow main(xs):
    out = [1]
    same = out
    out.extend(ident(x) for x in xs if x not in same)
    out.extend(i for i, x in zip(out, [5, 6, 7, 8, 9, 9, 9, 9]) if i)
    out.extend(out.pop(0) for x in xs if len(out) > 4)
    seen = {5}
    seen.update(len(seen) * 10 for x in xs)
    less = {1, 2, 3, 4}
    less.difference_update(len(less) for x in xs)
    table = {}
    table.update((len(table), x) for x in xs)
    try:
        out.extend(10 // (len(out) - 20) for x in [*xs, *xs, *xs])
    except ZeroDivisionError as error:
        emit "error", (len(out), str(error))
    try:
        seen.update(100 // (len(seen) - 9) for x in xs)
    except ZeroDivisionError as error:
        emit "error", (len(seen), str(error))
    try:
        table.update((100 // (len(table) - 9), x) for x in xs)
    except ZeroDivisionError as error:
        emit "error", (len(table), str(error))
    try:
        table.update((ident(0), [len(table)], "xy")[x % 3] for x in [2, 2, 1, 0])
    except (TypeError, ValueError) as error:
        emit "pair", (len(table), str(error))
    try:
        seen.update([x] if len(seen) % 4 == 3 else -len(seen) for x in xs)
    except TypeError as error:
        emit "item", (len(seen), str(error))
    return out, len(seen), sorted(less), table
