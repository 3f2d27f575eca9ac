"""Arguments for `corpus/modules/statistics_.py`."""

from hypothesis import strategies as st
from support.corpus_inputs import COUNT, FLOAT_POINTS, FLOATS, INTS, NUMBER_LISTS, POINTS, SENTENCES, call, lists, maybe, one_of

DATA = lists(INTS, most=6) | lists(FLOATS, most=6)
PAIRED = lists(INTS, 3, 3)
LABELS = lists(one_of("cat", "dog"), most=5)

INPUTS = {
    "mean": call(NUMBER_LISTS),
    "weighted_mean": call(PAIRED, PAIRED | DATA),
    "geometric_mean": call(lists(st.floats(0.1, 50)) | DATA),
    "harmonic_mean": call(lists(st.integers(1, 9)) | DATA),
    "median": call(DATA),
    "mode": call(lists(st.integers(0, 3)) | lists(one_of("a", "b"))),
    "variance": call(DATA, maybe(st.integers(0, 1))),
    "standard_deviation": call(DATA, maybe(st.booleans())),
    "quantile": call(DATA, st.floats(-0.1, 1.1)),
    "five_numbers": call(DATA),
    "outliers": call(DATA, maybe(st.floats(0, 2))),
    "correlation": call(PAIRED, PAIRED | DATA),
    "linear_regression": call(lists(POINTS, most=4)),
    "gradient_descent": call(lists(POINTS, most=3), maybe(one_of(0.1, 0)), maybe(COUNT)),
    "moving_average": call(DATA, maybe(st.integers(0, 4))),
    "running_stats": call(NUMBER_LISTS),
    "cumulative": call(DATA | lists(st.text(max_size=2))),
    "normalize": call(DATA),
    "z_scores": call(DATA),
    "softmax": call(DATA),
    "entropy": call(SENTENCES),
    "binned": call(DATA, maybe(st.integers(0, 5))),
    "rank": call(DATA),
    "spearman": call(PAIRED, PAIRED),
    "confusion": call(LABELS, LABELS),
    "k_means_1d": call(DATA, lists(INTS, most=3), maybe(COUNT)),
    "nearest_neighbours": call(lists(st.tuples(POINTS, one_of("a", "b")), most=4), FLOAT_POINTS, maybe(st.integers(0, 3))),
    "summary": call(NUMBER_LISTS),
    "compound": call(INTS, st.floats(0, 1), st.integers(-1, 20), per_year=maybe(st.integers(0, 12))),
    "is_nan_list": call(NUMBER_LISTS),
}
