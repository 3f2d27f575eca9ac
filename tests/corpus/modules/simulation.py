"""Simulations and puzzles that are played step by step."""

NEIGHBOURS = tuple((dx, dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1) if (dx, dy) != (0, 0))


def game_of_life(cells):
    """One generation of a set of (x, y)."""
    counts = {}
    for x, y in cells:
        for dx, dy in NEIGHBOURS:
            cell = (x + dx, y + dy)
            counts[cell] = counts.get(cell, 0) + 1
    return {cell for cell, n in counts.items() if n == 3 or (n == 2 and cell in cells)}


def life_grid(board, generations=1):
    for _ in range(generations):
        rows, cols = len(board), len(board[0])
        new = [[0] * cols for _ in range(rows)]
        for r in range(rows):
            for c in range(cols):
                alive = sum(
                    board[i][j]
                    for i in range(max(0, r - 1), min(rows, r + 2))
                    for j in range(max(0, c - 1), min(cols, c + 2))
                    if (i, j) != (r, c)
                )
                new[r][c] = int(alive == 3 or (alive == 2 and board[r][c] == 1))
        board = new
    return board


def elementary_automaton(rule, width, steps):
    row = [0] * width
    row[width // 2] = 1
    history = ["".join(".#"[c] for c in row)]
    for _ in range(steps):
        row = [rule >> (4 * row[i - 1] + 2 * row[i] + row[(i + 1) % width]) & 1 for i in range(width)]
        history.append("".join(".#"[c] for c in row))
    return history


def hanoi(n, source="A", target="C", spare="B"):
    if n == 0:
        return []
    return [*hanoi(n - 1, source, spare, target), (source, target), *hanoi(n - 1, spare, target, source)]


def hanoi_print(height, from_pole, to_pole, with_pole):
    if height >= 1:
        hanoi_print(height - 1, from_pole, with_pole, to_pole)
        print("moving disk", height, "from", from_pole, "to", to_pole)
        hanoi_print(height - 1, with_pole, to_pole, from_pole)


def josephus(n, k):
    people = list(range(1, n + 1))
    index, order = 0, []
    while people:
        index = (index + k - 1) % len(people)
        order.append(people.pop(index))
    return order


def josephus_recursive(n, k):
    return 0 if n == 1 else (josephus_recursive(n - 1, k) + k) % n


def linear_congruential(seed, n, a=1664525, c=1013904223, m=2**32):
    values = []
    while len(values) < n:
        seed = (a * seed + c) % m
        values.append(seed)
    return values


def shuffle(deck, seed):
    """Fisher-Yates with a small generator of its own; in place."""
    for i in range(len(deck) - 1, 0, -1):
        seed = (seed * 1103515245 + 12345) & 0x7FFFFFFF
        j = seed % (i + 1)
        deck[i], deck[j] = deck[j], deck[i]


def fizz_buzz(n):
    for i in range(1, n + 1):
        line = ""
        if i % 3 == 0:
            line += "Fizz"
        if i % 5 == 0:
            line += "Buzz"
        print(line or i)


def fizz_buzz_list(number: int, *, rules=((3, "Fizz"), (5, "Buzz"))) -> list[str]:
    if not isinstance(number, int):
        raise ValueError("number must be an int")
    return ["".join(word for d, word in rules if i % d == 0) or str(i) for i in range(1, number + 1)]


def bank(transactions, balance=0):
    """Runs ('deposit', 5) and the like; problems are collected."""
    problems = []
    for t in transactions:
        try:
            kind, amount = t
            if amount <= 0:
                raise ValueError("amount must be positive")
            if kind == "deposit":
                balance += amount
            elif kind == "withdraw":
                if amount > balance:
                    raise RuntimeError(f"only {balance} left")
                balance -= amount
            else:
                raise KeyError(kind)
        except (ValueError, RuntimeError) as e:
            problems.append(f"{type(e).__name__}: {e}")
        except KeyError as e:
            problems.append("unknown " + str(e))
        else:
            continue
        finally:
            balance = round(balance, 2)
    return balance, problems


def elevator(calls, floor=0):
    log = []
    pending = sorted(set(calls))
    direction = 1
    while pending:
        ahead = [f for f in pending if (f - floor) * direction >= 0]
        if not ahead:
            direction = -direction
            continue
        target = min(ahead, key=lambda f: abs(f - floor))
        log.append("up" if target > floor else "down" if target < floor else "stay")
        floor = target
        pending.remove(target)
    return floor, log


def queue_simulation(arrivals, service=3):
    free_at, waits = 0, []
    for arrival in sorted(arrivals):
        start = max(arrival, free_at)
        waits.append(start - arrival)
        free_at = start + service
    average = sum(waits) / len(waits) if waits else float("nan")
    return average, max(waits, default=None)


def round_robin(jobs: dict, quantum: int) -> list:
    timeline = []
    queue = list(jobs.items())
    while queue:
        name, left = queue.pop(0)
        run = min(quantum, left)
        if run <= 0:
            raise ValueError(f"job {name!r} needs {left}")
        timeline += [name] * run
        if left > run:
            queue.append((name, left - run))
    return timeline


def lru_cache_trace(capacity, keys):
    cache, hits = {}, 0
    for key in keys:
        if key in cache:
            hits += 1
            cache[key] = cache.pop(key)
        else:
            if len(cache) >= capacity:
                del cache[next(iter(cache))]
            cache[key] = True
    return hits, list(cache)


def langtons_ant(steps):
    black = set()
    x = y = 0
    dx, dy = 0, -1
    for _ in range(steps):
        if (x, y) in black:
            black.discard((x, y))
            dx, dy = dy, -dx
        else:
            black.add((x, y))
            dx, dy = -dy, dx
        x += dx
        y += dy
    return len(black), (x, y)


def bouncing_ball(height, bounce, window):
    if not (height > 0 and 0 < bounce < 1 and window < height):
        return -1
    seen = -1
    while height > window:
        seen += 2
        height *= bounce
        if seen > 200:
            break
    return seen


def newton(f, df, x0, rounds=8):
    """Called with coefficient lists; builds functions with lambdas."""

    def polynomial(coefficients, x):
        value = 0
        for c in reversed(coefficients):
            value = value * x + c
        return value

    x = x0
    for _ in range(rounds):
        slope = polynomial(df, x)
        if slope == 0:
            raise ZeroDivisionError("derivative is zero at {:.3f}".format(x))
        x = x - polynomial(f, x) / slope
    return x


def vending_machine(events):
    state, credit, log = "idle", 0, []
    for event in events:
        match (state, event):
            case ("idle", "coin") | ("ready", "coin"):
                credit += 1
                state = "ready"
            case ("ready", "push"):
                log.append("drink")
                credit -= 1
                state = "ready" if credit else "idle"
            case (_, "refund"):
                log.append(credit)
                state, credit = "idle", 0
            case ("idle", "push"):
                log.append("click")
            case _:
                raise ValueError(f"{event!r} in state {state!r}")
    return state, credit, log


def trapped_rain(heights: list[int]) -> int:
    if not heights:
        return 0
    left, right = 0, len(heights) - 1
    left_max = right_max = water = 0
    while left < right:
        if heights[left] < heights[right]:
            if heights[left] >= left_max:
                left_max = heights[left]
            else:
                water += left_max - heights[left]
            left += 1
        else:
            if heights[right] >= right_max:
                right_max = heights[right]
            else:
                water += right_max - heights[right]
            right -= 1
    return water


def look_and_say(start, rounds):
    s = str(start)
    for _ in range(rounds):
        out, i = "", 0
        while i < len(s):
            j = i
            while j < len(s) and s[j] == s[i]:
                j += 1
            out += f"{j - i}{s[i]}"
            i = j
        s = out
    return s


def apply_operations(value, operations):
    """Functions in a dict, called by name."""
    table = {
        "double": lambda v: v * 2,
        "negate": lambda v: -v,
        "square": lambda v: v**2,
        "text": str,
    }
    for name in operations:
        value = table[name](value)
    return value


def compose_all(value, factors):
    """Closures made by a helper."""

    def scaled_by(k):
        return lambda v: v * k

    functions = [scaled_by(f) for f in factors]
    for function in functions:
        value = function(value)
    return value
