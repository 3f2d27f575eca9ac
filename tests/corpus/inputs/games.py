"""Arguments for `corpus/modules/games.py`."""

from hypothesis import strategies as st
from support.corpus_inputs import INTS, SMALL, call, lists, matrices, maybe, one_of, text

BOARDS = text("xo ", 9, 9)
TREES = st.recursive(INTS, lambda inner: lists(inner, 1, 3), max_leaves=8)
CARDS = st.builds("{}{}".format, one_of(*"2345679TJQKA"), one_of(*"hs"))
HANDS = st.lists(CARDS, min_size=5, max_size=5)
STRAIGHTS = one_of(
    ["2h", "3h", "4h", "5h", "6h"],
    ["2h", "3s", "4h", "5h", "6h"],
    ["2h", "2s", "2d", "3h", "3s"],
    ["2h", "2s", "2d", "2c", "3s"],
)
WORDS = text("abc", 3, 3)
COLORS = text("RGB", 3, 4)

INPUTS = {
    "tic_tac_toe_winner": call(BOARDS),
    "minimax": call(one_of("xo xoxo  ", "xox oo x ", "x o o  xx", "xoxoxoox ", "oxoxxooox"), one_of("x", "o")),
    "show_board": call(BOARDS),
    "minimax_tree": call(st.integers(-1, 1), 0, st.booleans(), lists(INTS, most=4), st.integers(1, 2)),
    "alpha_beta": call(TREES),
    "nim_move": call(lists(st.integers(0, 9), most=4)),
    "rock_paper_scissors": call(one_of("rock", "paper", "scissors"), one_of("rock", "paper", "scissors", "lizard")),
    "rank_hand": call(HANDS | STRAIGHTS),
    "best_hand": call(lists(HANDS | STRAIGHTS, most=3)),
    "score_bowling": call(lists(st.integers(0, 5), 18, 21) | st.just([10] * 12) | lists(st.integers(0, 10), 10, 21)),
    "blackjack": call(lists(one_of("A", "K", "2", "7", "10") | one_of("A", "Z"), most=5)),
    "yahtzee": call(
        lists(st.integers(1, 6), 5, 5) | lists(st.integers(2, 3), 5, 5),
        one_of("ones", "twos", "threes", "full house", "four of a kind", "straight", "yacht", "chance"),
    ),
    "mastermind": call(COLORS, COLORS),
    "hangman": call(one_of("abba", "cab"), text("abcxyz", most=9), maybe(st.integers(1, 3))),
    "wordle": call(WORDS, WORDS),
    "minesweeper": call(matrices(one_of(*"*..")).map(lambda m: ["".join(row) for row in m])),
    "slide_2048": call(lists(one_of(0, 2, 2, 4), most=5)),
    "connect_four_drop": call(st.just(None).map(lambda _: [[], [], []]), lists(st.integers(-1, 3)), maybe(st.integers(1, 3))),
    "four_in_a_row": call(
        matrices(one_of(*"RY."), 1, 4) | one_of([list("R..."), list(".R.."), list("..R."), list("...R")], [["Y"] * 5])
    ),
    "knight_moves": call(st.builds("{}{}".format, one_of(*"abcgh"), st.integers(1, 8)) | text("a1z", most=3)),
    "queens_attack": call(st.tuples(SMALL, SMALL), st.tuples(SMALL, SMALL)),
    "fifteen_solvable": call(st.permutations(range(4)) | st.permutations(range(9)) | lists(SMALL, most=4)),
    "tennis": call(text("ab", most=10) | text("abc", most=5)),
}
