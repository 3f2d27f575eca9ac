"""Arguments for `corpus/modules/strings.py`."""

from hypothesis import strategies as st
from support.corpus_inputs import SENTENCES, WORD_LISTS, WORDS, call, lists, maybe, one_of, text

ANY = st.text(max_size=8)
LETTERS = text("abAB Z,é", most=8)
NAMES = text("abC_x", most=8)

INPUTS = {
    "is_palindrome": call(text("abA, ") | ANY),
    "is_palindrome_two_pointers": call(text("ab", most=4) | ANY),
    "longest_palindrome": call(text("ab") | ANY),
    "are_anagrams": call(text("ab A", most=3), text("ab A", most=3)),
    "group_anagrams": call(WORD_LISTS),
    "caesar_cipher": call(LETTERS, st.integers(-30, 30), maybe(st.booleans())),
    "vigenere": call(LETTERS, text("kEy", most=3), maybe(one_of(1, -1))),
    "atbash": call(LETTERS),
    "run_length_encode": call(text("ab ", most=12)),
    "run_length_decode": call(text("ab123", most=6)),
    "to_roman": call(st.integers(-1, 4100) | st.floats(0, 10)),
    "from_roman": call(text("IVXLCDM") | text("IVx", most=3)),
    "morse_encode": call(text("SOSace ") | SENTENCES),
    "levenshtein": call(WORDS, WORDS),
    "hamming_distance": call(text("ab", most=3), text("ab", most=3)),
    "knuth_morris_pratt": call(text("ab", most=3), text("ab", most=12)),
    "rabin_karp": call(text("ab", most=3), text("ab", most=12)),
    "z_function": call(text("ab", most=12)),
    "longest_common_prefix": call(lists(text("ab", most=4).map(lambda s: "a" + s), most=3) | WORD_LISTS),
    "longest_unique_substring": call(text("abcd", most=12)),
    "reverse_words": call(SENTENCES, maybe(st.booleans())),
    "capitalize_words": call(SENTENCES | ANY),
    "camel_to_snake": call(NAMES),
    "snake_to_camel": call(NAMES, upper_first=maybe(st.booleans())),
    "count_letters": call(SENTENCES | ANY),
    "first_unique": call(text("abc", most=6)),
    "is_pangram": call(SENTENCES | st.just("The quick brown fox jumps over the lazy dog"), maybe(one_of("aeiou", "t"))),
    "pig_latin": call(text("aetrPL", 1, 7) | ANY),
    "justify": call(SENTENCES, st.integers(-1, 16)),
    "excel_column": call(text("ABZ", most=4) | ANY),
    "column_name": call(st.integers(-1, 20_000)),
}
