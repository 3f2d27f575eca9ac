"""Arguments for `corpus/modules/interpreters.py`."""

from hypothesis import strategies as st
from support.corpus_inputs import INTS, call, lists, maybe, one_of, text

PROGRAMS = text("+-<>.", most=12) | text("+-<>[].", most=8) | one_of("+++[>++<-]>.", "++++++++[>++++++++<-]>+.")
PROGRAM = one_of(
    ["push 2", "push 3", "add"], ["set a 4", "get a", "push 2", "mul"], ["sum 1 2 3", "drop", ""], ["push 1", "pop"]
)
COMMANDS = one_of(
    "push 2", "push 3", "push x", "pop", "add", "mul", "set a 4", "get a", "get b", "sum 1 2 3", "", "jump 3", "drop"
)
VALUES = st.recursive(
    one_of(None, True, False, 0, -1, 1, "", "ab", 0.0, 2.5, b"x"),
    lambda inner: lists(inner, most=3) | lists(inner, most=3).map(tuple) | st.dictionaries(one_of(1, 2), inner, max_size=1),
    max_leaves=6,
)

INPUTS = {
    "interpret": call(PROGRAMS, maybe(st.integers(0, 4)), maybe(st.integers(0, 100))),
    "run_commands": call(PROGRAM | st.builds(list.__add__, PROGRAM, lists(COMMANDS, most=3))),
    "describe": call(VALUES | one_of([0, 5, 0], [[1, 2], 3], (4, 4), [1, 2, 3], "", 0, -1)),
    "hex_dump": call(st.binary(max_size=12), maybe(st.integers(0, 5))),
    "validate_ip": call(lists(one_of("0", "255", "256", "01", "x", "7"), 3, 4).map(".".join)),
    "luhn": call(text("0123456789 ", most=10) | one_of("4539 3195 0343 6467")),
    "parse_time": call(lists(st.builds("{}{}".format, INTS, one_of(*"smhdx")) | one_of("h", "1.5h"), most=3).map(" ".join)),
}
