"""Backtracking and combinatorics, by hand."""


def permutations(items):
    if len(items) <= 1:
        return [list(items)]
    result = []
    for i, item in enumerate(items):
        for rest in permutations(items[:i] + items[i + 1 :]):
            result.append([item] + rest)
    return result


def permutations_in_place(nums: list[int]) -> list[list[int]]:
    output = []

    def backtrack(start):
        if start == len(nums):
            output.append(nums[:])
            return
        for i in range(start, len(nums)):
            nums[start], nums[i] = nums[i], nums[start]
            backtrack(start + 1)
            nums[start], nums[i] = nums[i], nums[start]

    backtrack(0)
    return output


def heaps_algorithm(arr):
    res = [tuple(arr)]
    c = [0] * len(arr)
    i = 0
    while i < len(arr):
        if c[i] < i:
            if i % 2 == 0:
                arr[0], arr[i] = arr[i], arr[0]
            else:
                arr[c[i]], arr[i] = arr[i], arr[c[i]]
            res.append(tuple(arr))
            c[i] += 1
            i = 0
        else:
            c[i] = 0
            i += 1
    return res


def next_permutation(a):
    i = len(a) - 2
    while i >= 0 and a[i] >= a[i + 1]:
        i -= 1
    if i < 0:
        a.reverse()
        return False
    j = len(a) - 1
    while a[j] <= a[i]:
        j -= 1
    a[i], a[j] = a[j], a[i]
    a[i + 1 :] = reversed(a[i + 1 :])
    return True


def combinations(items, k):
    if k == 0:
        return [[]]
    if not items:
        return []
    head, *tail = items
    return [[head, *c] for c in combinations(tail, k - 1)] + combinations(tail, k)


def power_set(s):
    result = [set()]
    for element in sorted(s):
        result += [subset | {element} for subset in result]
    return result


def combination_sum(candidates, target):
    found = []

    def search(start, remaining, path):
        if remaining == 0:
            found.append(list(path))
            return
        for i in range(start, len(candidates)):
            candidate = candidates[i]
            if candidate > remaining or candidate <= 0:
                continue
            path.append(candidate)
            search(i, remaining - candidate, path)
            path.pop()

    search(0, target, [])
    return found


def n_queens(n):
    """One solution for each: columns by row."""
    solutions = []

    def place(row, columns):
        if row == n:
            solutions.append(columns)
            return
        for col in range(n):
            if all(c != col and abs(c - col) != row - r for r, c in enumerate(columns)):
                place(row + 1, columns + [col])

    place(0, [])
    return solutions


def n_queens_boards(n: int) -> list[list[str]]:
    def solve(queens, dif, total):
        p = len(queens)
        if p == n:
            result.append(queens)
            return None
        for q in range(n):
            if q not in queens and p - q not in dif and p + q not in total:
                solve([*queens, q], dif + [p - q], total + [p + q])

    result = []
    solve([], [], [])
    return [["." * i + "Q" + "." * (n - i - 1) for i in sol] for sol in result]


def n_queens_bits(n):
    full = (1 << n) - 1

    def count(columns, left, right):
        if columns == full:
            return 1
        total, free = 0, full & ~(columns | left | right)
        while free:
            bit = free & -free
            free ^= bit
            total += count(columns | bit, (left | bit) << 1, (right | bit) >> 1)
        return total

    return count(0, 0, 0)


def generate_parentheses(n: int) -> list[str]:
    out = []

    def go(text, opened, closed):
        if len(text) == 2 * n:
            out.append(text)
        if opened < n:
            go(text + "(", opened + 1, closed)
        if closed < opened:
            go(text + ")", opened, closed + 1)

    go("", 0, 0)
    return out


def letter_combinations(digits):
    keys = {"2": "abc", "3": "def", "4": "ghi", "5": "jkl", "6": "mno", "7": "pqrs", "8": "tuv", "9": "wxyz"}
    if not digits:
        return []
    words = [""]
    for d in digits:
        words = [w + c for w in words for c in keys[d]]
    return words


def word_search(board, word):
    def find(r, c, k):
        if k == len(word):
            return True
        if not (0 <= r < len(board) and 0 <= c < len(board[r])) or board[r][c] != word[k]:
            return False
        saved, board[r][c] = board[r][c], None
        result = find(r + 1, c, k + 1) or find(r - 1, c, k + 1) or find(r, c + 1, k + 1) or find(r, c - 1, k + 1)
        board[r][c] = saved
        return result

    return any(find(r, c, 0) for r in range(len(board)) for c in range(len(board[0])))


def solve_maze(maze):
    """A path from the upper left to the lower right over zeros, or None."""
    n, m = len(maze), len(maze[0]) if maze else 0
    visited = set()

    def walk(r, c):
        if not (0 <= r < n and 0 <= c < m) or maze[r][c] or (r, c) in visited:
            return None
        visited.add((r, c))
        if (r, c) == (n - 1, m - 1):
            return [(r, c)]
        for dr, dc in ((0, 1), (1, 0), (0, -1), (-1, 0)):
            if (path := walk(r + dr, c + dc)) is not None:
                return [(r, c), *path]
        return None

    return walk(0, 0)


def color_graph(graph, colors):
    nodes = list(graph)
    assigned = {}

    def assign(i):
        if i == len(nodes):
            return True
        node = nodes[i]
        for color in range(colors):
            if all(assigned.get(other) != color for other in graph[node]):
                assigned[node] = color
                if assign(i + 1):
                    return True
                del assigned[node]
        return False

    return assigned if assign(0) else None


def solve_sudoku(board):
    """4x4 sudoku, zeros are free; solved in place."""

    def fits(r, c, d):
        return (
            d not in board[r]
            and all(board[i][c] != d for i in range(4))
            and all(board[r // 2 * 2 + i][c // 2 * 2 + j] != d for i in range(2) for j in range(2))
        )

    for r in range(4):
        for c in range(4):
            if board[r][c] == 0:
                for d in range(1, 5):
                    if fits(r, c, d):
                        board[r][c] = d
                        if solve_sudoku(board):
                            return True
                        board[r][c] = 0
                return False
    return True


def partition_palindromes(s):
    if not s:
        return [[]]
    return [
        [s[:i], *rest]
        for i in range(1, len(s) + 1)
        if (prefix := s[:i]) == prefix[::-1]
        for rest in partition_palindromes(s[i:])
    ]


def subsets_with_duplicates(nums):
    nums = sorted(nums)
    out = []

    def go(i, path):
        out.append(path)
        for j in range(i, len(nums)):
            if j > i and nums[j] == nums[j - 1]:
                continue
            go(j + 1, path + [nums[j]])

    go(0, [])
    return out


def target_sum_ways(nums, target):
    def ways(i, total):
        return int(total == target) if i == len(nums) else ways(i + 1, total + nums[i]) + ways(i + 1, total - nums[i])

    return ways(0, 0)


def product(*pools):
    result = [()]
    for pool in pools:
        result = [(*done, item) for done in result for item in pool]
    return result


def restore_ip(s):
    found = []

    def go(rest, parts):
        if len(parts) == 4:
            if not rest:
                found.append(".".join(parts))
            return
        for n in 1, 2, 3:
            part = rest[:n]
            if len(part) == n and int(part) < 256 and (part == "0" or part[0] != "0"):
                go(rest[n:], parts + [part])

    go(s, [])
    return found


def knights_tour(n, limit=200):
    board = [[-1] * n for _ in range(n)]
    moves = [(1, 2), (2, 1), (2, -1), (1, -2), (-1, -2), (-2, -1), (-2, 1), (-1, 2)]
    tries = [0]

    def free(x, y):
        return [(x + a, y + b) for a, b in moves if 0 <= x + a < n and 0 <= y + b < n and board[x + a][y + b] == -1]

    def visit(x, y, step):
        tries[0] += 1
        board[x][y] = step
        if step == n * n - 1:
            return True
        if tries[0] < limit:
            for nx, ny in sorted(free(x, y), key=lambda p: len(free(*p))):
                if visit(nx, ny, step + 1):
                    return True
        board[x][y] = -1
        return False

    return visit(0, 0, 0), board


def crypt_arithmetic(a, b, c):
    """Digits for letters so that a + b == c; the first solution, over few letters."""
    letters = sorted(set(a + b + c))
    if len(letters) > 3:
        raise ValueError(f"too many letters: {len(letters)}")

    def number(word, digits):
        return int("".join(str(digits[letter]) for letter in word))

    def search(i, used, digits):
        if i == len(letters):
            return dict(digits) if number(a, digits) + number(b, digits) == number(c, digits) else None
        for d in range(10):
            if d not in used:
                solution = search(i + 1, used | {d}, {**digits, letters[i]: d})
                if solution:
                    return solution
        return None

    return search(0, frozenset(), {})
