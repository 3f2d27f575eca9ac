"""Arguments for `corpus/modules/simulation.py`."""

from hypothesis import strategies as st
from support.corpus_inputs import (
    COUNT,
    FLOATS,
    INT_LISTS,
    INTS,
    POINTS,
    POSITIVE,
    SMALL,
    WORDS,
    call,
    lists,
    matrices,
    maybe,
    one_of,
)

BITS = st.integers(0, 1)
MOVES = st.tuples(one_of("deposit", "withdraw", "steal"), st.integers(-2, 20) | FLOATS) | one_of(("deposit",), ("deposit", "x"))

INPUTS = {
    "game_of_life": call(st.sets(st.tuples(st.integers(0, 3), st.integers(0, 3)), max_size=6)),
    "life_grid": call(matrices(BITS), COUNT),
    "elementary_automaton": call(one_of(30, 90, 110), st.integers(0, 7), COUNT),
    "hanoi": call(st.integers(0, 4), maybe(st.just("x"))),
    "hanoi_print": call(COUNT, "A", "B", one_of("C", 3)),
    "josephus": call(st.integers(-1, 10), SMALL),
    "josephus_recursive": call(POSITIVE, SMALL),
    "linear_congruential": call(INTS, COUNT, m=maybe(one_of(0, 10)), wrong=False),
    "shuffle": call(INT_LISTS | lists(WORDS), INTS, wrong=False),  # a text times its factor takes gigabytes
    "fizz_buzz": call(st.integers(-1, 16)),
    "fizz_buzz_list": call(st.integers(-1, 16) | FLOATS, rules=maybe(one_of(((2, "a"), (4, "b")), ((0, "x"),)))),
    "bank": call(lists(MOVES, most=5), maybe(INTS)),
    "elevator": call(INT_LISTS, maybe(INTS)),
    "queue_simulation": call(INT_LISTS, maybe(SMALL)),
    "round_robin": call(st.dictionaries(one_of(*"abc"), st.integers(0, 6)), st.integers(0, 3)),
    "lru_cache_trace": call(st.integers(0, 3), lists(one_of(*"abcd"), most=9)),
    "langtons_ant": call(st.integers(-1, 60)),
    "bouncing_ball": call(st.integers(0, 30), st.floats(0, 1, width=16), st.integers(0, 5)),
    "newton": call(lists(INTS, most=4), lists(INTS, most=3), st.integers(-3, 3), maybe(COUNT)),
    "vending_machine": call(lists(one_of("coin", "push", "refund") | one_of("coin", "kick"))),
    "trapped_rain": call(lists(st.integers(0, 5))),
    "look_and_say": call(st.integers(0, 50), COUNT),
    "apply_operations": call(SMALL, lists(one_of("double", "negate", "square", "text") | one_of("double", "other"), most=4)),
    "compose_all": call(SMALL | POINTS, lists(st.integers(0, 3), most=3)),
}
