"""Arguments for `corpus/modules/bit_tricks.py`."""

from hypothesis import strategies as st
from support.corpus_inputs import BIG, COUNT, INT_LISTS, INTS, SMALL, WORDS, call, lists, maybe, star, text

NATURAL = st.integers(0, 2**40)
BITS = st.integers(0, 1)

INPUTS = {
    "count_bits": call(NATURAL | SMALL),
    "count_bits_table": call(NATURAL | SMALL),
    "is_power_of_two": call(BIG | SMALL),
    "next_power_of_two": call(BIG | SMALL),
    "reverse_bits": call(NATURAL, maybe(st.integers(-1, 40))),
    "gray_code": call(COUNT),
    "gray_code_strings": call(st.integers(0, 4)),
    "gray_to_binary": call(NATURAL),
    "swap_xor": call(lists(INTS, most=3)),
    "single_number": call(INT_LISTS),
    "subsets": call(lists(INTS, most=4) | WORDS.map(lambda s: s[:4])),
    "twos_complement": call(st.integers(-140, 140), maybe(st.integers(1, 10))),
    "from_twos_complement": call(text("01", most=8) | text("012", most=3)),
    "to_base": call(BIG, st.integers(0, 40)),
    "hamming_weight_pairs": call(lists(st.integers(0, 50))),
    "add_without_plus": call(INTS, INTS),
    "multiply_russian": call(INTS, BIG),
    "set_bit": call(BIG, SMALL),
    "clear_bit": call(BIG, SMALL),
    "toggle_bits": star(SMALL, 4),
    "rotate_left": call(st.integers(-300, 300), SMALL, maybe(st.integers(0, 9))),
    "crc8": call(st.binary(max_size=6), maybe(st.just(0x1D))),
    "adler32": call(st.text(max_size=6)),
    "fnv1a": call(st.text(max_size=6)),
    "base64_encode": call(st.binary(max_size=8)),
    "hamming_encode": call(lists(BITS, 4, 4) | lists(SMALL, 3, 4)),
    "bits_of": call(NATURAL | SMALL),
    "lfsr": call(INTS, maybe(st.just((7, 6))), maybe(COUNT)),
}
