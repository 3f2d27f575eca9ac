"""Arguments for `corpus/modules/sorting.py`."""

from hypothesis import strategies as st
from support.corpus_inputs import INT_LISTS, INTS, MIXED_LISTS, NUMBER_LISTS, call, lists, maybe, one_of, text

RECORDS = lists(st.fixed_dictionaries({"a": INTS}, optional={"b": INTS, "c": text("xy", most=1)}), most=4)

INPUTS = {
    "bubble_sort": call(MIXED_LISTS),
    "cocktail_shaker_sort": call(MIXED_LISTS),
    "insertion_sort": call(MIXED_LISTS),
    "selection_sort": call(MIXED_LISTS),
    "merge": call(INT_LISTS, MIXED_LISTS),
    "merge_sort": call(MIXED_LISTS),
    "merge_sort_bottom_up": call(MIXED_LISTS),
    "quick_sort": call(MIXED_LISTS),
    "partition": call(INT_LISTS, st.integers(0, 2), st.integers(0, 6)),
    "quick_sort_in_place": call(MIXED_LISTS),
    "quick_sort_iterative": call(MIXED_LISTS),
    "heap_sort": call(MIXED_LISTS),
    "heap_sort_with_library": call(MIXED_LISTS),
    "shell_sort": call(MIXED_LISTS),
    "counting_sort": call(lists(INTS) | lists(INTS | one_of(5000))),
    "radix_sort": call(lists(st.integers(0, 3000)) | INT_LISTS, maybe(st.integers(0, 16))),
    "bucket_sort": call(INT_LISTS | NUMBER_LISTS, maybe(st.integers(0, 4))),
    "gnome_sort": call(MIXED_LISTS),
    "comb_sort": call(MIXED_LISTS),
    "pancake_sort": call(MIXED_LISTS),
    "cycle_sort": call(MIXED_LISTS),
    "dutch_national_flag": call(lists(one_of(*"rwb")) | lists(one_of(*"rwbx")), maybe(one_of("rwb", "bwr"))),
    "sort_by_keys": call(RECORDS, maybe(one_of("a", "b", "c")), reverse=maybe(st.booleans())),
    "inversions": call(MIXED_LISTS),
    "topological_levels": call(MIXED_LISTS),
}
