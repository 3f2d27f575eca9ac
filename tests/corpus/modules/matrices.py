"""Matrices as lists of lists."""

import math

Matrix = list[list[float]]
EPSILON = 1e-12


def identity(n: int) -> list[list[int]]:
    return [[1 if i == j else 0 for j in range(n)] for i in range(n)]


def shape(matrix):
    if not matrix:
        return (0, 0)
    widths = {len(row) for row in matrix}
    if len(widths) > 1:
        raise ValueError(f"ragged matrix: rows of {sorted(widths)} columns")
    return len(matrix), widths.pop()


def transpose(matrix):
    return [list(column) for column in zip(*matrix)]


def transpose_in_place(m):
    for i in range(len(m)):
        for j in range(i):
            m[i][j], m[j][i] = m[j][i], m[i][j]


def add(*matrices):
    first = matrices[0]
    if any(shape(m) != shape(first) for m in matrices[1:]):
        raise ValueError("shapes differ: " + ", ".join(str(shape(m)) for m in matrices))
    return [[sum(cells) for cells in zip(*rows)] for rows in zip(*matrices)]


def multiply(a: Matrix, b: Matrix) -> Matrix:
    rows, inner = shape(a)
    inner_b, cols = shape(b)
    if inner != inner_b:
        raise ValueError(f"cannot multiply {rows}x{inner} by {inner_b}x{cols}")
    result = [[0] * cols for _ in range(rows)]
    for i in range(rows):
        for j in range(cols):
            for k in range(inner):
                result[i][j] += a[i][k] * b[k][j]
    return result


def multiply_short(a, b):
    return [[sum(x * y for x, y in zip(row, col)) for col in zip(*b)] for row in a]


def power(matrix, n):
    if n < 0:
        raise ValueError("negative powers are not supported")
    result = identity(len(matrix))
    while n:
        if n % 2:
            result = multiply(result, matrix)
        matrix = multiply(matrix, matrix)
        n //= 2
    return result


def minor(matrix, row, column):
    return [r[:column] + r[column + 1 :] for i, r in enumerate(matrix) if i != row]


def determinant(matrix):
    """Laplace expansion along the first row."""
    if len(matrix) == 1:
        return matrix[0][0]
    total = 0
    for j, x in enumerate(matrix[0]):
        total += (-1) ** j * x * determinant(minor(matrix, 0, j))
    return total


def gauss(matrix, vector):
    """Solves a linear system; floats, partial pivoting. The arguments are overwritten."""
    n = len(matrix)
    for i in range(n):
        pivot = max(range(i, n), key=lambda r: abs(matrix[r][i]))
        if abs(matrix[pivot][i]) < EPSILON:
            raise ArithmeticError("the matrix is singular")
        matrix[i], matrix[pivot] = matrix[pivot], matrix[i]
        vector[i], vector[pivot] = vector[pivot], vector[i]
        for r in range(i + 1, n):
            factor = matrix[r][i] / matrix[i][i]
            for c in range(i, n):
                matrix[r][c] -= factor * matrix[i][c]
            vector[r] -= factor * vector[i]
    x = [0.0] * n
    for i in reversed(range(n)):
        known = sum(matrix[i][j] * x[j] for j in range(i + 1, n))
        x[i] = (vector[i] - known) / matrix[i][i]
    return x


def rank(matrix):
    rows = [row[:] for row in matrix]
    r = 0
    columns = len(rows[0]) if rows else 0
    for c in range(columns):
        pivot = next((i for i in range(r, len(rows)) if rows[i][c] != 0), None)
        if pivot is None:
            continue
        rows[r], rows[pivot] = rows[pivot], rows[r]
        for i in range(r + 1, len(rows)):
            f = rows[i][c] / rows[r][c]
            rows[i] = [x - f * y for x, y in zip(rows[i], rows[r])]
        r += 1
    return r


def rotate_clockwise(matrix):
    return [list(row)[::-1] for row in zip(*matrix)]


def spiral(matrix):
    out = []
    while matrix:
        out += matrix.pop(0)
        matrix = [list(row) for row in zip(*matrix)][::-1]
    return out


def spiral_fill(n):
    grid = [[0] * n for _ in range(n)]
    x = y = 0
    dx, dy = 1, 0
    for k in range(1, n * n + 1):
        grid[y][x] = k
        nx, ny = x + dx, y + dy
        if not (0 <= nx < n and 0 <= ny < n) or grid[ny][nx]:
            dx, dy = -dy, dx
        x, y = x + dx, y + dy
    return grid


def set_zeroes(matrix):
    zero_rows = {i for i, row in enumerate(matrix) if 0 in row}
    zero_cols = {j for row in matrix for j, x in enumerate(row) if x == 0}
    for i, row in enumerate(matrix):
        for j in range(len(row)):
            if i in zero_rows or j in zero_cols:
                matrix[i][j] = 0


def is_magic_square(square):
    n = len(square)
    sums = [sum(row) for row in square]
    sums += [sum(col) for col in zip(*square)]
    sums += [sum(square[i][i] for i in range(n)), sum(square[i][~i] for i in range(n))]
    return len(set(sums)) == 1


def magic_square(n):
    if n % 2 == 0:
        raise NotImplementedError(f"only odd sizes, not {n}")
    square = [[None] * n for _ in range(n)]
    i, j = 0, n // 2
    for k in range(1, n**2 + 1):
        square[i][j] = k
        ni, nj = (i - 1) % n, (j + 1) % n
        if square[ni][nj] is not None:
            ni, nj = (i + 1) % n, j
        i, j = ni, nj
    return square


def pascal_matrix(n):
    m = [[1] * n for _ in range(n)]
    for i in range(1, n):
        for j in range(1, n):
            m[i][j] = m[i - 1][j] + m[i][j - 1]
    return m


def format_matrix(matrix, places=2):
    cells = [[f"{x:.{places}f}" for x in row] for row in matrix]
    widths = [max(map(len, col)) for col in zip(*cells)]
    return "\n".join("[" + " ".join(c.rjust(w) for c, w in zip(row, widths)) + "]" for row in cells)


def print_matrix(matrix):
    for row in matrix:
        print("[", end="")
        print(*row, sep=", ", end="]\n")


def norm(vector, p=2):
    if p == math.inf:
        return max(abs(x) for x in vector)
    return sum(abs(x) ** p for x in vector) ** (1 / p)


def kronecker(a, b):
    return [[x * y for x in ra for y in rb] for ra in a for rb in b]


def largest_rectangle(matrix):
    """Area of the largest rectangle of ones."""
    if not matrix:
        return 0
    heights = [0] * len(matrix[0])
    best = 0
    for row in matrix:
        for j, cell in enumerate(row):
            heights[j] = heights[j] + 1 if cell == 1 else 0
        stack = []
        for j, h in enumerate([*heights, 0]):
            start = j
            while stack and stack[-1][1] >= h:
                start, height = stack.pop()
                best = max(best, height * (j - start))
            stack.append((start, h))
    return best


def diagonals(grid):
    d = {}
    for i, row in enumerate(grid):
        for j, value in enumerate(row):
            d.setdefault(i + j, []).append(value)
    return [d[k] if k % 2 else d[k][::-1] for k in sorted(d)]
