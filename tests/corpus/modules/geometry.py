"""Plane geometry with tuples."""

import math
from math import pi, sqrt

EARTH_RADIUS = 6371.0


def distance(p, q):
    return math.sqrt(sum((a - b) ** 2 for a, b in zip(p, q)))


def manhattan(p: tuple, q: tuple) -> float:
    if len(p) != len(q):
        raise ValueError("Both points must be in the same n-dimensional space")
    return float(sum(abs(a - b) for a, b in zip(p, q)))


def midpoint(p, q):
    (x1, y1), (x2, y2) = p, q
    return (x1 + x2) / 2, (y1 + y2) / 2


def triangle_area(a: float, b: float, c: float) -> float:
    """Heron."""
    if a < 0 or b < 0 or c < 0:
        raise ValueError("area_triangle_three_sides() only accepts non-negative values")
    elif a + b < c or a + c < b or b + c < a:
        raise ValueError("Given three sides do not form a triangle")
    s = (a + b + c) / 2
    return sqrt(s * (s - a) * (s - b) * (s - c))


def classify_triangle(a, b, c):
    x, y, z = sorted((a, b, c))
    if x <= 0 or x + y <= z:
        return "not a triangle"
    if x == y == z:
        return "equilateral"
    kind = "isosceles" if x == y or y == z else "scalene"
    if math.isclose(x * x + y * y, z * z):
        kind += " right"
    return kind


def polygon_area(points):
    """Shoelace."""
    total = 0
    for (x1, y1), (x2, y2) in zip(points, points[1:] + points[:1]):
        total += x1 * y2 - x2 * y1
    return abs(total) / 2


def centroid(points):
    n = len(points)
    return sum(x for x, _ in points) / n, sum(y for _, y in points) / n


def cross(o, a, b):
    return (a[0] - o[0]) * (b[1] - o[1]) - (a[1] - o[1]) * (b[0] - o[0])


def convex_hull(points):
    """Andrew's monotone chain."""
    points = sorted(set(points))
    if len(points) <= 1:
        return points
    lower = []
    for p in points:
        while len(lower) >= 2 and cross(lower[-2], lower[-1], p) <= 0:
            lower.pop()
        lower.append(p)
    upper = []
    for p in reversed(points):
        while len(upper) >= 2 and cross(upper[-2], upper[-1], p) <= 0:
            upper.pop()
        upper.append(p)
    return lower[:-1] + upper[:-1]


def inside_polygon(point, polygon):
    x, y = point
    inside = False
    j = len(polygon) - 1
    for i in range(len(polygon)):
        xi, yi = polygon[i]
        xj, yj = polygon[j]
        if (yi > y) != (yj > y) and x < (xj - xi) * (y - yi) / (yj - yi) + xi:
            inside = not inside
        j = i
    return inside


def closest_pair(points):
    if len(points) < 2:
        raise ValueError("two points are needed")
    best = (math.inf, None, None)
    for i, p in enumerate(points):
        for q in points[:i]:
            best = min(best, (distance(p, q), q, p), key=lambda t: t[0])
    d, a, b = best
    return round(d, 6), a, b


def segments_intersect(a, b, c, d):
    def orientation(p, q, r):
        value = cross(p, q, r)
        return 0 if value == 0 else (1 if value > 0 else -1)

    def on_segment(p, q, r):
        return min(p[0], r[0]) <= q[0] <= max(p[0], r[0]) and min(p[1], r[1]) <= q[1] <= max(p[1], r[1])

    o1, o2, o3, o4 = orientation(a, b, c), orientation(a, b, d), orientation(c, d, a), orientation(c, d, b)
    if o1 != o2 and o3 != o4:
        return True
    return (
        (o1 == 0 and on_segment(a, c, b))
        or (o2 == 0 and on_segment(a, d, b))
        or (o3 == 0 and on_segment(c, a, d))
        or (o4 == 0 and on_segment(c, b, d))
    )


def line_through(p, q):
    (x1, y1), (x2, y2) = p, q
    try:
        slope = (y2 - y1) / (x2 - x1)
    except ZeroDivisionError:
        return f"x = {x1}"
    intercept = y1 - slope * x1
    return f"y = {slope:g}x {'+' if intercept >= 0 else '-'} {abs(intercept):g}"


def rotate_point(point, degrees, around=(0, 0)):
    x, y = point[0] - around[0], point[1] - around[1]
    angle = math.radians(degrees)
    c, s = math.cos(angle), math.sin(angle)
    return round(x * c - y * s + around[0], 9), round(x * s + y * c + around[1], 9)


def bounding_box(*points):
    if not points:
        return None
    xs, ys = zip(*points)
    return (min(xs), min(ys)), (max(xs), max(ys))


def haversine(lat1, lon1, lat2, lon2):
    p1, p2 = math.radians(lat1), math.radians(lat2)
    dp, dl = p2 - p1, math.radians(lon2 - lon1)
    a = math.sin(dp / 2) ** 2 + math.cos(p1) * math.cos(p2) * math.sin(dl / 2) ** 2
    return 2 * EARTH_RADIUS * math.asin(min(1.0, sqrt(a)))


def circle_area(radius=1.0):
    if radius < 0:
        raise ValueError(f"radius is {radius:+.2f}, which is negative")
    return pi * radius**2


def quadratic_roots(a, b, c):
    if a == 0:
        raise ValueError("Coefficient 'a' must not be zero for quadratic equations.")
    delta = b * b - 4 * a * c
    if delta < 0:
        root = complex(0, sqrt(-delta))
        return (-b + root) / (2 * a), (-b - root) / (2 * a)
    return (-b + sqrt(delta)) / (2 * a), (-b - sqrt(delta)) / (2 * a)


def polar(x, y):
    return math.hypot(x, y), math.degrees(math.atan2(y, x))


def bezier(points, t):
    """De Casteljau."""
    work = [tuple(p) for p in points]
    while len(work) > 1:
        work = [tuple((1 - t) * a + t * b for a, b in zip(p, q)) for p, q in zip(work, work[1:])]
    return work[0]


def bresenham(x0, y0, x1, y1):
    dx, dy = abs(x1 - x0), -abs(y1 - y0)
    sx = 1 if x0 < x1 else -1
    sy = 1 if y0 < y1 else -1
    err = dx + dy
    pixels = []
    while True:
        pixels.append((x0, y0))
        if x0 == x1 and y0 == y1:
            return pixels
        e2 = 2 * err
        if e2 >= dy:
            err += dy
            x0 += sx
        if e2 <= dx:
            err += dx
            y0 += sy


def rectangle_overlap(first, second):
    l1, b1, r1, t1 = first
    l2, b2, r2, t2 = second
    width = min(r1, r2) - max(l1, l2)
    height = min(t1, t2) - max(b1, b2)
    if width <= 0 or height <= 0:
        return 0
    return width * height


def simpson(coefficients, a, b, n=10):
    f = lambda x: sum(c * x**i for i, c in enumerate(coefficients))  # noqa: E731
    h = (b - a) / n
    total = f(a) + f(b)
    for i in range(1, n):
        total += (4 if i % 2 else 2) * f(a + i * h)
    return total * h / 3


def vector_ops(u, v):
    dot = sum(map(lambda a, b: a * b, u, v))
    lengths = [math.sqrt(sum(c * c for c in w)) for w in (u, v)]
    try:
        cosine = dot / (lengths[0] * lengths[1])
    except ZeroDivisionError as e:
        raise ValueError("a vector has no length") from e
    return {"dot": dot, "cos": round(max(-1.0, min(1.0, cosine)), 6)}
