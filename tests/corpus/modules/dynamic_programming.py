"""Dynamic programming."""

from math import inf


def climb_stairs(n: int) -> int:
    one = two = 1
    for _ in range(n - 1):
        one, two = one + two, one
    return one


def knapsack(capacity, weights, values):
    n = len(values)
    dp = [[0] * (capacity + 1) for _ in range(n + 1)]
    for i in range(1, n + 1):
        for w in range(1, capacity + 1):
            if weights[i - 1] <= w:
                dp[i][w] = max(values[i - 1] + dp[i - 1][w - weights[i - 1]], dp[i - 1][w])
            else:
                dp[i][w] = dp[i - 1][w]
    chosen, w = [], capacity
    for i in range(n, 0, -1):
        if dp[i][w] != dp[i - 1][w]:
            chosen.append(i - 1)
            w -= weights[i - 1]
    return dp[n][capacity], chosen[::-1]


def fractional_knapsack(items, capacity):
    """items are (value, weight)"""
    items = sorted(items, key=lambda item: item[0] / item[1], reverse=True)
    total = 0.0
    for value, weight in items:
        if capacity >= weight:
            capacity -= weight
            total += value
        else:
            total += value * capacity / weight
            break
    return round(total, 3)


def coin_change(coins: list[int], amount: int) -> int:
    dp = [0] + [inf] * amount
    for a in range(1, amount + 1):
        for c in coins:
            if c <= a and dp[a - c] + 1 < dp[a]:
                dp[a] = dp[a - c] + 1
    return dp[amount] if dp[amount] != inf else -1


def count_change(amount, coins=(50, 20, 10, 5, 2, 1)):
    ways = [1] + [0] * amount
    for coin in coins:
        for j in range(coin, amount + 1):
            ways[j] += ways[j - coin]
    return ways[amount]


def count_change_recursive(amount, coins):
    if amount == 0:
        return 1
    if amount < 0 or not coins:
        return 0
    first, *rest = coins
    if first <= 0:
        raise ValueError("coins must be positive")
    return count_change_recursive(amount - first, coins) + count_change_recursive(amount, rest)


def longest_common_subsequence(x: str, y: str):
    m, n = len(x), len(y)
    table = [[0] * (n + 1) for _ in range(m + 1)]
    for i in range(1, m + 1):
        for j in range(1, n + 1):
            match = 1 if x[i - 1] == y[j - 1] else 0
            table[i][j] = max(table[i - 1][j], table[i][j - 1], table[i - 1][j - 1] + match)
    seq = ""
    i, j = m, n
    while i > 0 and j > 0:
        match = 1 if x[i - 1] == y[j - 1] else 0
        if table[i][j] == table[i - 1][j - 1] + match:
            if match == 1:
                seq = x[i - 1] + seq
            i -= 1
            j -= 1
        elif table[i][j] == table[i - 1][j]:
            i -= 1
        else:
            j -= 1
    return table[m][n], seq


def lcs_recursive(a, b):
    memo = {}

    def go(i, j):
        if i == len(a) or j == len(b):
            return 0
        if (i, j) in memo:
            return memo[i, j]
        if a[i] == b[j]:
            result = 1 + go(i + 1, j + 1)
        else:
            result = max(go(i + 1, j), go(i, j + 1))
        memo[i, j] = result
        return result

    return go(0, 0)


def longest_common_substring(s, t):
    best = ""
    dp = [[0] * (len(t) + 1) for _ in range(len(s) + 1)]
    for i, a in enumerate(s, 1):
        for j, b in enumerate(t, 1):
            if a == b:
                dp[i][j] = dp[i - 1][j - 1] + 1
                if dp[i][j] > len(best):
                    best = s[i - dp[i][j] : i]
    return best


def longest_increasing_subsequence(array: list[int]) -> list[int]:
    if not array:
        return []
    best = [[x] for x in array]
    for i, x in enumerate(array):
        for j in range(i):
            if array[j] < x and len(best[j]) + 1 > len(best[i]):
                best[i] = [*best[j], x]
    return max(best, key=len)


def max_subarray(nums):
    """Kadane; returns (sum, start, end)."""
    if not nums:
        raise ValueError("empty")
    best = current = nums[0]
    start = best_start = best_end = 0
    for i, x in enumerate(nums[1:], start=1):
        if current < 0:
            current, start = x, i
        else:
            current += x
        if current > best:
            best, best_start, best_end = current, start, i
    return best, best_start, best_end


def max_product_subarray(numbers):
    if not numbers:
        return 0
    if not isinstance(numbers, (list, tuple)) or not all(isinstance(number, int) for number in numbers):
        raise ValueError("numbers must be an iterable of integers")
    max_till_now = min_till_now = max_prod = numbers[0]
    for i in range(1, len(numbers)):
        number = numbers[i]
        if number < 0:
            max_till_now, min_till_now = min_till_now, max_till_now
        max_till_now = max(number, max_till_now * number)
        min_till_now = min(number, min_till_now * number)
        max_prod = max(max_prod, max_till_now)
    return max_prod


def subset_sum(nums, target):
    reachable = {0}
    for n in nums:
        reachable |= {r + n for r in reachable}
    return target in reachable


def can_partition(nums):
    total = sum(nums)
    return total % 2 == 0 and subset_sum(nums, total // 2)


def word_break(s, words):
    dp = [True] + [False] * len(s)
    for i in range(1, len(s) + 1):
        dp[i] = any(dp[j] and s[j:i] in words for j in range(i))
    return dp[-1]


def word_break_all(s, words):
    """All ways to cut s into words."""
    memo = {"": [[]]}

    def cut(rest):
        if rest in memo:
            return memo[rest]
        memo[rest] = [[w, *tail] for w in words if w and rest.startswith(w) for tail in cut(rest[len(w) :])]
        return memo[rest]

    return [" ".join(ws) for ws in cut(s)]


def matrix_chain_order(dims):
    n = len(dims) - 1
    m = [[0] * n for _ in range(n)]
    split = [[0] * n for _ in range(n)]
    for length in range(2, n + 1):
        for i in range(n - length + 1):
            j = i + length - 1
            m[i][j] = inf
            for k in range(i, j):
                cost = m[i][k] + m[k + 1][j] + dims[i] * dims[k + 1] * dims[j + 1]
                if cost < m[i][j]:
                    m[i][j], split[i][j] = cost, k

    def show(i, j):
        if i == j:
            return f"A{i + 1}"
        k = split[i][j]
        return f"({show(i, k)}{show(k + 1, j)})"

    return m[0][n - 1], show(0, n - 1)


def rod_cutting(prices, length):
    revenue = [0] * (length + 1)
    first_cut = [0] * (length + 1)
    for n in range(1, length + 1):
        revenue[n], first_cut[n] = max((prices[i] + revenue[n - i - 1], i + 1) for i in range(n))
    cuts = []
    while length > 0:
        cuts.append(first_cut[length])
        length -= first_cut[length]
    return revenue[-1], cuts


def min_path_sum(grid):
    for i in range(len(grid)):
        for j in range(len(grid[0])):
            if i == j == 0:
                continue
            up = grid[i - 1][j] if i else inf
            left = grid[i][j - 1] if j else inf
            grid[i][j] += min(up, left)
    return grid[-1][-1]


def unique_paths(m: int, n: int) -> int:
    row = [1] * n
    for _ in range(m - 1):
        for j in range(1, n):
            row[j] += row[j - 1]
    return row[-1]


def house_robber(houses):
    take = skip = 0
    for money in houses:
        take, skip = skip + money, max(take, skip)
    return max(take, skip)


def egg_drop(eggs, floors):
    if eggs < 1:
        raise ValueError("no eggs")
    moves, reach = 0, [0] * (eggs + 1)
    while reach[eggs] < floors:
        moves += 1
        for e in range(eggs, 0, -1):
            reach[e] += reach[e - 1] + 1
    return moves


def catalan(n):
    table = [1] + n * [0]
    for i in range(1, n + 1):
        table[i] = sum(table[j] * table[i - 1 - j] for j in range(i))
    return table


def edit_script(a, b):
    """The edits that make b of a, as strings."""
    rows, cols = len(a) + 1, len(b) + 1
    d = [[max(i, j) if not (i and j) else 0 for j in range(cols)] for i in range(rows)]
    for i in range(1, rows):
        for j in range(1, cols):
            d[i][j] = d[i - 1][j - 1] if a[i - 1] == b[j - 1] else 1 + min(d[i - 1][j], d[i][j - 1], d[i - 1][j - 1])
    ops, i, j = [], rows - 1, cols - 1
    while i or j:
        if i and j and a[i - 1] == b[j - 1]:
            i, j = i - 1, j - 1
        elif i and j and d[i][j] == d[i - 1][j - 1] + 1:
            ops.append(f"replace {a[i - 1]!r} at {i - 1} by {b[j - 1]!r}")
            i, j = i - 1, j - 1
        elif i and d[i][j] == d[i - 1][j] + 1:
            ops.append(f"delete {a[i - 1]!r} at {i - 1}")
            i -= 1
        else:
            ops.append(f"insert {b[j - 1]!r} at {i}")
            j -= 1
    ops.reverse()
    return ops


def wildcard_match(pattern, text):
    dp = [[False] * (len(text) + 1) for _ in range(len(pattern) + 1)]
    dp[0][0] = True
    for i, p in enumerate(pattern):
        dp[i + 1][0] = dp[i][0] and p == "*"
        for j, c in enumerate(text):
            match p:
                case "*":
                    dp[i + 1][j + 1] = dp[i][j + 1] or dp[i + 1][j]
                case "?":
                    dp[i + 1][j + 1] = dp[i][j]
                case _:
                    dp[i + 1][j + 1] = dp[i][j] and p == c
    return dp[len(pattern)][len(text)]


def buy_and_sell(prices: list[int], fee: int = 0) -> int:
    if not prices:
        return 0
    cash, hold = 0, -prices[0]
    for price in prices[1:]:
        cash = max(cash, hold + price - fee)
        hold = max(hold, cash - price)
    return cash


def partitions(n, largest=None):
    """All partitions of n, as tuples."""
    largest = n if largest is None else largest
    if n == 0:
        return [()]
    return [(k, *rest) for k in range(min(n, largest), 0, -1) for rest in partitions(n - k, k)]
