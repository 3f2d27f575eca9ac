"""Arguments for `corpus/modules/backtracking.py`."""

from hypothesis import strategies as st
from support.corpus_inputs import COUNT, GRAPHS, INTS, call, lists, matrices, maybe, one_of, star, text

FEW = lists(INTS, most=4)
SUDOKU = one_of(
    [[1, 0, 0, 4], [0, 4, 1, 0], [2, 0, 4, 0], [0, 3, 0, 1]],
    [[1, 2, 3, 4], [3, 4, 1, 2], [2, 1, 4, 3], [4, 3, 2, 0]],
    [[1, 1, 0, 0], [0, 0, 0, 0], [0, 0, 0, 0], [0, 0, 0, 4]],
    [[0, 2], [1, 0]],
)

INPUTS = {
    "permutations": call(FEW),
    "permutations_in_place": call(FEW),
    "heaps_algorithm": call(FEW),
    "next_permutation": call(lists(st.integers(0, 3), most=5)),
    "combinations": call(FEW, st.integers(-1, 4)),
    "power_set": call(st.sets(INTS, max_size=4)),
    "combination_sum": call(lists(st.integers(0, 5), most=3), st.integers(-1, 7)),
    "n_queens": call(COUNT),
    "n_queens_boards": call(COUNT),
    "n_queens_bits": call(st.integers(0, 5)),
    "generate_parentheses": call(COUNT),
    "letter_combinations": call(text("2379", most=3) | text("12", most=2)),
    "word_search": call(matrices(one_of(*"ab")), text("ab", most=4)),
    "solve_maze": call(matrices(st.integers(0, 1), 1, 4)),
    "color_graph": call(GRAPHS, st.integers(0, 3)),
    "solve_sudoku": call(SUDOKU.map(lambda rows: [row[:] for row in rows])),
    "partition_palindromes": call(text("ab", most=5)),
    "subsets_with_duplicates": call(lists(st.integers(0, 2), most=4)),
    "target_sum_ways": call(lists(st.integers(0, 3), most=4), st.integers(-3, 3)),
    "product": star(lists(INTS, most=2) | text("ab", most=2), 3),
    "restore_ip": call(text("0125", most=8)),
    "knights_tour": call(st.integers(1, 5), maybe(st.integers(0, 40))),
    "crypt_arithmetic": call(text("ab", 1, 2), text("ab", 1, 2), text("abc", 1, 2)),
}
