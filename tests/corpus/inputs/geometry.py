"""Arguments for `corpus/modules/geometry.py`."""

from hypothesis import strategies as st
from support.corpus_inputs import FLOAT_POINTS, FLOATS, INTS, POINTS, SMALL, call, lists, maybe, star

POINT = POINTS | FLOAT_POINTS
SIDES = st.integers(0, 6) | FLOATS
RECTANGLES = st.tuples(SMALL, SMALL, SMALL, SMALL)
VECTORS = lists(INTS, 1, 3)

INPUTS = {
    "distance": call(POINT, POINT),
    "manhattan": call(POINT, POINT | st.tuples(INTS)),
    "midpoint": call(POINT, POINT),
    "triangle_area": call(SIDES, SIDES, SIDES),
    "classify_triangle": call(st.integers(0, 5), st.integers(3, 5), st.integers(3, 5)),
    "polygon_area": call(lists(POINT)),
    "centroid": call(lists(POINT)),
    "cross": call(POINT, POINT, POINT),
    "convex_hull": call(lists(POINTS, most=9)),
    "inside_polygon": call(POINT, lists(POINTS, most=5) | st.just([(-9, -9), (9, -9), (0, 9)])),
    "closest_pair": call(lists(POINTS, most=5)),
    "segments_intersect": call(POINTS, POINTS, POINTS, POINTS),
    "line_through": call(POINT, POINT),
    "rotate_point": call(POINT, st.integers(-400, 400), maybe(POINTS)),
    "bounding_box": star(POINT, 4),
    "haversine": call(FLOATS, FLOATS, FLOATS, FLOATS),
    "circle_area": call(maybe(FLOATS)),
    "quadratic_roots": call(SMALL, SMALL, SMALL),
    "polar": call(FLOATS, FLOATS),
    "bezier": call(lists(POINTS, most=4), st.floats(0, 1)),
    "bresenham": call(SMALL, SMALL, SMALL, SMALL),
    "rectangle_overlap": call(RECTANGLES, RECTANGLES),
    "simpson": call(lists(INTS, most=3), SMALL, SMALL, maybe(st.integers(0, 10))),
    "vector_ops": call(VECTORS, VECTORS),
}
