"""Arguments for `corpus/modules/parsing.py`."""

from hypothesis import strategies as st
from support.corpus_inputs import call, lists, maybe, one_of, text

EXPRESSIONS = st.recursive(
    st.integers(0, 20).map(str) | one_of("1.5", "0"),
    lambda inner: (
        st.builds("{}{}{}".format, inner, one_of(*"+-*/", " - "), inner) | inner.map("({})".format) | inner.map("-{}".format)
    ),
    max_leaves=5,
) | text("12+-*/() .x", most=6)
NUMBERS = one_of("1", "2.5", "x", "3") | text("+-*/^", 1, 1)
JSON = one_of(
    '{"a": [1, 2.5, "x\\n"], "b": {}}', "[]", "[true, false, null]", '"\\u0041"', "[1, 2", "tru", "{}x", "[[[]]]", "-1e3", ""
) | text('[]{}",:1 e.', most=6)

INPUTS = {
    "parse_int": call(text("-+ 019afz", most=4), maybe(one_of(2, 10, 16))),
    "parse_number": call(one_of("1", "1.5", "x", " 7 ", "1e3", "nan", "") | text("1e.-", most=3)),
    "balanced": call(text("()[]{}", most=6) | one_of("([]{})", "a(b)c")),
    "tokenize": call(EXPRESSIONS),
    "to_postfix": call(EXPRESSIONS),
    "evaluate_postfix": call(
        lists(NUMBERS, most=3)
        | st.builds(lambda a, b, o: [a, b, o], one_of("1", "2.5", "0"), one_of("2", "0"), one_of(*"+-*/^"))
    ),
    "calculate": call(EXPRESSIONS),
    "evaluate": call(EXPRESSIONS),
    "parse_csv_line": call(text('ab,;" ', most=8) | one_of('a,"b,c",d', '"x""y",z'), maybe(one_of(";", ","))),
    "parse_ini": call(lists(one_of("[a]", "[b]", "x = 1", "y=2.5", "z = text", "# no", "", "oops"), most=6).map("\n".join)),
    "parse_query": call(text("?&=ab", most=8)),
    "parse_version": call(text("v1.0ab", most=6) | one_of("1.2.3", "v2.0.0")),
    "compare_versions": call(text("12.0", 1, 4), text("12.0", 1, 4)),
    "parse_json": call(JSON),
    "s_expression": call(text("() a1", most=8) | one_of("(add 1 (mul 2 3.5))", "x")),
}
