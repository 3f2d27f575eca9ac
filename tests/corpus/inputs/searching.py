"""Arguments for `corpus/modules/searching.py`."""

from hypothesis import strategies as st
from support.corpus_inputs import INT_LISTS, INTS, MIXED_LISTS, SORTED, call, lists, matrices, maybe, text

LEAVES = st.integers(0, 3) | text("ab", most=1)
NESTED = st.recursive(
    LEAVES, lambda inner: lists(inner, most=3) | st.dictionaries(text("kl", most=2), inner, max_size=2), max_leaves=6
)
FEW = lists(st.integers(0, 2), most=8)

INPUTS = {
    "linear_search": call(MIXED_LISTS, INTS),
    "sentinel_linear_search": call(INT_LISTS, INTS),
    "binary_search": call(SORTED, INTS),
    "binary_search_recursive": call(SORTED, INTS, maybe(st.integers(0, 3))),
    "bisect_left": call(SORTED, INTS, maybe(st.integers(0, 3)), maybe(st.integers(-1, 5))),
    "occurrences": call(FEW.map(sorted) | INT_LISTS, st.integers(0, 2)),
    "interpolation_search": call(SORTED, INTS),
    "jump_search": call(SORTED, INTS),
    "exponential_search": call(SORTED, INTS),
    "fibonacci_search": call(SORTED, INTS),
    "ternary_search_max": call(INT_LISTS, maybe(st.integers(2, 4))),
    "quick_select": call(INT_LISTS, st.integers(-1, 6)),
    "two_sum": call(INT_LISTS, INTS),
    "three_sum": call(lists(st.integers(-3, 3))),
    "search_matrix": call(matrices().map(lambda m: sorted(map(sorted, m))), INTS),
    "find_in_nested": call(LEAVES, NESTED),
    "first_missing_positive": call(lists(st.integers(-1, 5))),
    "majority_element": call(FEW),
    "longest_run": call(FEW),
    "peak_indices": call(FEW),
    "first_where": call(INT_LISTS, INTS),
    "pair_up": call(MIXED_LISTS),
    "second_of": call(MIXED_LISTS),
    "first_and_rest": call(FEW | MIXED_LISTS),
    "merge_sorted": call(FEW.map(sorted) | MIXED_LISTS, FEW.map(sorted) | MIXED_LISTS),
    "growing": call(MIXED_LISTS, st.integers(0, 30)),
    "numbers_in": call(lists(text("01a", most=2)), st.dictionaries(text("01a", most=2), st.integers(0, 9) | st.just("x"))),
    "add_new": call(FEW, FEW, maybe(MIXED_LISTS)),
    "number_names": call(lists(text("ab", most=2)), st.dictionaries(text("ab", most=2), st.integers(0, 9), max_size=2)),
}
