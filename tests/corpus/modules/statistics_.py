"""Statistics from first principles."""

import math
from math import exp, fsum, log


def mean(numbers: list[float]) -> float:
    if not numbers:
        raise ValueError("List is empty")
    return sum(numbers) / len(numbers)


def weighted_mean(values, weights):
    return fsum(v * w for v, w in zip(values, weights, strict=True)) / fsum(weights)


def geometric_mean(xs):
    return exp(fsum(map(log, xs)) / len(xs))


def harmonic_mean(xs):
    if any(x <= 0 for x in xs):
        raise ValueError("harmonic mean does not support negative values")
    return len(xs) / sum(1 / x for x in xs)


def median(data):
    data = sorted(data)
    n = len(data)
    if n == 0:
        raise ValueError("no median for empty data")
    if n % 2 == 1:
        return data[n // 2]
    i = n // 2
    return (data[i - 1] + data[i]) / 2


def mode(values):
    counts = {}
    for v in values:
        counts[v] = counts.get(v, 0) + 1
    top = max(counts.values(), default=0)
    return sorted(v for v, c in counts.items() if c == top)


def variance(data, ddof=0):
    m = mean(data)
    return sum((x - m) ** 2 for x in data) / (len(data) - ddof)


def standard_deviation(data, sample=False):
    return math.sqrt(variance(data, ddof=1 if sample else 0))


def quantile(data, q):
    if not 0 <= q <= 1:
        raise ValueError(f"q must be within [0, 1], not {q:.3g}")
    ordered = sorted(data)
    position = q * (len(ordered) - 1)
    lower = math.floor(position)
    upper = math.ceil(position)
    if lower == upper:
        return ordered[lower]
    return ordered[lower] * (upper - position) + ordered[upper] * (position - lower)


def five_numbers(data):
    return [quantile(data, q / 4) for q in range(5)]


def outliers(data, k=1.5):
    _, q1, _, q3, _ = five_numbers(data)
    spread = q3 - q1
    return [x for x in data if not q1 - k * spread <= x <= q3 + k * spread]


def correlation(xs, ys):
    n = len(xs)
    assert n == len(ys), "lengths differ"
    mx, my = mean(xs), mean(ys)
    sxy = sum((x - mx) * (y - my) for x, y in zip(xs, ys))
    sxx = sum((x - mx) ** 2 for x in xs)
    syy = sum((y - my) ** 2 for y in ys)
    return sxy / math.sqrt(sxx * syy)


def linear_regression(points):
    n = len(points)
    sx = sum(x for x, y in points)
    sy = sum(y for x, y in points)
    sxx = sum(x * x for x, _ in points)
    sxy = sum(x * y for x, y in points)
    slope = (n * sxy - sx * sy) / (n * sxx - sx**2)
    return slope, (sy - slope * sx) / n


def gradient_descent(points, rate=0.01, rounds=20):
    a = b = 0.0
    for _ in range(rounds):
        da = db = 0.0
        for x, y in points:
            error = a * x + b - y
            da += error * x
            db += error
        a, b = a - rate * da / len(points), b - rate * db / len(points)
    return a, b


def moving_average(values, window=3):
    if window < 1:
        raise ValueError("window must be positive")
    out, total = [], 0
    for i, v in enumerate(values):
        total += v
        if i >= window:
            total -= values[i - window]
        if i >= window - 1:
            out.append(total / window)
    return out


def running_stats(values):
    """Welford; yields nothing, returns triples."""
    n, m, s = 0, 0.0, 0.0
    out = []
    for x in values:
        n += 1
        delta = x - m
        m += delta / n
        s += delta * (x - m)
        out.append((n, m, s / n))
    return out


def cumulative(values, function=None):
    function = function or (lambda a, b: a + b)
    out = []
    for v in values:
        out.append(function(out[-1], v) if out else v)
    return out


def normalize(values):
    low, high = min(values), max(values)
    return [(v - low) / (high - low) if high > low else 0.0 for v in values]


def z_scores(values):
    m, s = mean(values), standard_deviation(values)
    return [round((v - m) / s, 6) for v in values]


def softmax(xs):
    top = max(xs)
    exps = [exp(x - top) for x in xs]
    total = sum(exps)
    return [e / total for e in exps]


def entropy(text):
    n = len(text)
    return -sum(p * math.log2(p) for p in (text.count(c) / n for c in sorted(set(text))))


def binned(values, bins=4):
    low, high = min(values), max(values)
    width = (high - low) / bins or 1.0
    counts = [0] * bins
    for v in values:
        counts[min(int((v - low) / width), bins - 1)] += 1
    return counts


def rank(values):
    """Average ranks, ties share."""
    order = sorted(range(len(values)), key=lambda i: values[i])
    ranks = [0.0] * len(values)
    i = 0
    while i < len(order):
        j = i
        while j + 1 < len(order) and values[order[j + 1]] == values[order[i]]:
            j += 1
        for k in range(i, j + 1):
            ranks[order[k]] = (i + j) / 2 + 1
        i = j + 1
    return ranks


def spearman(xs, ys):
    return correlation(rank(xs), rank(ys))


def confusion(actual, predicted):
    table = {}
    for pair in zip(actual, predicted):
        table[pair] = table.get(pair, 0) + 1
    correct = sum(n for (a, p), n in table.items() if a == p)
    return table, correct / len(actual)


def k_means_1d(values, centers, rounds=5):
    for _ in range(rounds):
        groups = {c: [] for c in centers}
        for v in values:
            groups[min(centers, key=lambda c: abs(c - v))].append(v)
        new = [sum(g) / len(g) if g else c for c, g in groups.items()]
        if new == centers:
            break
        centers = new
    return centers


def nearest_neighbours(points, target, k=1):
    def gap(entry):
        position, _label = entry
        return sum((a - b) ** 2 for a, b in zip(position, target))

    labels = [label for _, label in sorted(points, key=gap)[:k]]
    return max(set(labels), key=lambda label: (labels.count(label), label))


def summary(data):
    try:
        middle, spread = mean(data), standard_deviation(data)
    except (ValueError, TypeError) as error:
        print(f"no summary: {error}")
        return None
    finally:
        print("n =", len(data))
    return f"{middle:.2f} ± {spread:.2f}"


def compound(principal, rate, years, *, per_year=12):
    """
    >>> compound(1000, 0, 5)
    1000.0
    """
    if years < 0:
        raise ValueError("years must be >= 0")
    return round(principal * (1 + rate / per_year) ** (per_year * years), 2)


def is_nan_list(values):
    return [v != v or math.isinf(v) for v in values], float("nan"), -math.inf, -0.0
