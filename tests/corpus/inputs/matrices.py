"""Arguments for `corpus/modules/matrices.py`."""

import math

from hypothesis import strategies as st
from support.corpus_inputs import COUNT, FLOATS, INTS, NUMBER_LISTS, RAGGED, call, lists, matrices, maybe, one_of, squares, star

ANY = matrices() | matrices(FLOATS, 1, 2) | RAGGED
BITS = st.integers(0, 1)
SAME = st.integers(1, 2).flatmap(lambda n: lists(lists(INTS, n, n), 2, 2))

INPUTS = {
    "identity": call(COUNT),
    "shape": call(ANY),
    "transpose": call(ANY),
    "transpose_in_place": call(squares() | RAGGED),
    "add": star(SAME | ANY, 2),
    "multiply": call(squares(most=2), squares(most=2) | ANY),
    "multiply_short": call(ANY, ANY),
    "power": call(squares(most=2), COUNT),
    "minor": call(ANY, st.integers(0, 2), st.integers(0, 2)),
    "determinant": call(squares(INTS, 1, 4)),
    "gauss": call(squares(INTS, 2, 2) | squares(FLOATS, 3, 3), lists(INTS, 3, 3)),
    "rank": call(matrices(st.integers(-1, 1)) | ANY),
    "rotate_clockwise": call(ANY),
    "spiral": call(ANY),
    "spiral_fill": call(COUNT),
    "set_zeroes": call(matrices(BITS)),
    "is_magic_square": call(squares(one_of(1, 1, 1, 2)) | one_of([[2, 7, 6], [9, 5, 1], [4, 3, 8]])),
    "magic_square": call(st.integers(-1, 7)),
    "pascal_matrix": call(COUNT),
    "format_matrix": call(ANY, maybe(st.integers(0, 4))),
    "print_matrix": call(ANY),
    "norm": call(NUMBER_LISTS, maybe(one_of(1, 2, 3, 0, math.inf))),
    "kronecker": call(ANY, ANY),
    "largest_rectangle": call(matrices(BITS, 1, 4)),
    "diagonals": call(ANY),
}
