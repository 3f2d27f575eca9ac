"""Arguments for `corpus/modules/text_processing.py`."""

from hypothesis import strategies as st
from support.corpus_inputs import FLOATS, INTS, SENTENCES, SMALL, WORD_LISTS, call, lists, matrices, maybe, one_of, star, text

LINES = lists(text(" a", most=5), most=4).map("\n".join)
AMOUNTS = st.dictionaries(text("abcdef", 1, 5), FLOATS | INTS, max_size=3)
COUNTS = st.dictionaries(text("ab", 1, 2), st.integers(0, 4), max_size=3)
NESTED = st.recursive(INTS, lambda inner: lists(inner, most=3) | lists(inner, most=2).map(tuple), max_leaves=6)
TREES = st.recursive(INTS, lambda inner: st.dictionaries(one_of("a", "b", 1), inner, max_size=2), max_leaves=5)
LAYERS = st.dictionaries(one_of("a", "b", "c"), INTS | st.none(), max_size=3)
ROWS = lists(st.fixed_dictionaries({"k": one_of("x", "y")}, optional={"v": INTS}), most=4)
BIG = st.integers(-(10**12), 10**12)
COUNT = st.integers(0, 3)

INPUTS = {
    "word_count": call(SENTENCES),
    "top_words": call(SENTENCES, maybe(COUNT)),
    "wrap": call(SENTENCES, maybe(st.integers(-1, 9))),
    "dedent": call(LINES),
    "expand_tabs": call(text("a\t", most=6), maybe(st.integers(0, 8))),
    "table": call(matrices(INTS | text("ab", most=3)), maybe(lists(text("xyz", most=5), most=3))),
    "print_report": call(AMOUNTS, currency=maybe(st.just("$")), width=maybe(st.integers(7, 20))),
    "histogram": call(COUNTS, maybe(one_of("#", "ab"))),
    "slugify": call(SENTENCES | st.text(max_size=8)),
    "title_case": call(SENTENCES, maybe(one_of(["the"], frozenset()))),
    "human_size": call(st.integers(-(10**13), 10**13) | st.floats(), maybe(COUNT)),
    "human_duration": call(st.integers(-(10**6), 10**6) | st.integers(-70, 70)),
    "number_words": call(BIG | st.integers(-1000, 1000)),
    "ordinal": call(st.integers(-5, 130)),
    "thousands": call(BIG | FLOATS),
    "mask": call(BIG, maybe(st.integers(0, 6))),
    "template": call(
        one_of("Hi {{name}}!", "{{a}}{{name}}", "{{b", "plain", "{{x}}"), name=maybe(SMALL), a=maybe(st.just("A"))
    ),
    "diff_lines": call(LINES, LINES),
    "tf_idf": call(lists(SENTENCES, most=3)),
    "soundex": call(text("RobertBHWaeiTt", most=8)),
    "common_words": star(one_of("a b c", "b c d", "c a", "", "x"), 3),
    "log_levels": call(lists(one_of("ERROR: bad", "WARN: hm", "INFO: x", "no level") | one_of("INFO: y", "DEBUG: z"), most=5)),
    "merge_settings": call(LAYERS, maybe(LAYERS), a=maybe(SMALL), z=maybe(st.just([]))),
    "flatten": call(lists(NESTED, most=3), maybe(st.integers(-1, 2))),
    "flatten_keys": call(st.dictionaries(one_of("p", "q"), TREES, max_size=2), maybe(st.just("root"))),
    "chunk": call(WORD_LISTS | text("abc"), SMALL),
    "zip_longest": call(WORD_LISTS, maybe(lists(INTS)), fill=maybe(st.just(0))),
    "group_by": call(ROWS, one_of("k", "k", "v")),
    "invert": call(COUNTS),
    "dedupe": call(lists(st.integers(0, 4) | one_of(True, 1.0, "a")) | lists(lists(INTS, most=1), most=2)),
}
