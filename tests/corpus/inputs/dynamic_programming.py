"""Arguments for `corpus/modules/dynamic_programming.py`."""

from hypothesis import strategies as st
from support.corpus_inputs import INT_LISTS, MIXED_LISTS, SMALL, WORDS, call, lists, matrices, maybe, text

WEIGHTS = lists(st.integers(0, 6), most=4)
AB = text("ab", most=6)
PARTS = lists(text("ab", most=2), most=4)

INPUTS = {
    "climb_stairs": call(st.integers(-1, 60)),
    "knapsack": call(st.integers(0, 10), lists(st.integers(1, 6), 4, 4), WEIGHTS),
    "fractional_knapsack": call(lists(st.tuples(st.integers(0, 9), st.integers(0, 5)), most=4), st.integers(0, 12)),
    "coin_change": call(lists(st.integers(1, 5), most=3), st.integers(-1, 12)),
    "count_change": call(st.integers(-1, 60), maybe(lists(st.integers(1, 5), most=3))),
    "count_change_recursive": call(st.integers(-1, 9), lists(st.integers(0, 5), most=3)),
    "longest_common_subsequence": call(AB, AB),
    "lcs_recursive": call(AB, AB),
    "longest_common_substring": call(WORDS, WORDS),
    "longest_increasing_subsequence": call(MIXED_LISTS),
    "max_subarray": call(INT_LISTS),
    "max_product_subarray": call(MIXED_LISTS),
    "subset_sum": call(lists(SMALL, most=5), st.integers(-3, 20)),
    "can_partition": call(lists(SMALL, most=5)),
    "word_break": call(AB, PARTS),
    "word_break_all": call(AB, PARTS),
    "matrix_chain_order": call(lists(st.integers(1, 9), most=5)),
    "rod_cutting": call(lists(st.integers(0, 9), 3, 5), st.integers(-1, 5)),
    "min_path_sum": call(matrices()),
    "unique_paths": call(st.integers(-1, 6), st.integers(-1, 6)),
    "house_robber": call(MIXED_LISTS),
    "egg_drop": call(st.integers(0, 4), st.integers(0, 40)),
    "catalan": call(st.integers(-1, 9)),
    "edit_script": call(AB, WORDS),
    "wildcard_match": call(text("ab*?", most=5), AB),
    "buy_and_sell": call(INT_LISTS, maybe(st.integers(0, 3))),
    "partitions": call(st.integers(0, 6), maybe(st.integers(0, 4))),
}
