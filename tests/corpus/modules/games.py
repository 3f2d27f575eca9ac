"""Boards, cards and dice."""

LINES = ((0, 1, 2), (3, 4, 5), (6, 7, 8), (0, 3, 6), (1, 4, 7), (2, 5, 8), (0, 4, 8), (2, 4, 6))
RANKS = "23456789TJQKA"
BEATS = frozenset({("rock", "scissors"), ("paper", "rock"), ("scissors", "paper")})


def tic_tac_toe_winner(board):
    for a, b, c in LINES:
        if board[a] == board[b] == board[c] != " ":
            return board[a]
    return None if " " in board else "draw"


def minimax(board, player):
    """Score and move; the board is a string of nine."""
    winner = tic_tac_toe_winner(board)
    if winner:
        return {"x": 1, "o": -1}.get(winner, 0), None
    scores = []
    for i, cell in enumerate(board):
        if cell == " ":
            after = board[:i] + player + board[i + 1 :]
            scores.append((minimax(after, "o" if player == "x" else "x")[0], i))
    best = max if player == "x" else min
    return best(scores, key=lambda pair: pair[0])


def show_board(board: str) -> None:
    """Prints the board with rules."""
    for row in range(3):
        print(" " + " | ".join(board[3 * row : 3 * row + 3]))
        if row < 2:
            print("---+---+---")


def minimax_tree(depth, node_index, is_max, scores, height):
    if depth < 0:
        raise ValueError("Depth cannot be less than 0")
    if len(scores) == 0:
        raise ValueError("Scores cannot be empty")
    if depth == height:
        return scores[node_index]
    pick = max if is_max else min
    return pick(
        minimax_tree(depth + 1, node_index * 2, not is_max, scores, height),
        minimax_tree(depth + 1, node_index * 2 + 1, not is_max, scores, height),
    )


def alpha_beta(tree, alpha=float("-inf"), beta=float("inf"), maximize=True):
    """Trees are nested lists; the leaves are numbers."""
    if not isinstance(tree, list):
        return tree
    value = float("-inf") if maximize else float("inf")
    for child in tree:
        score = alpha_beta(child, alpha, beta, not maximize)
        if maximize:
            value = max(value, score)
            alpha = max(alpha, value)
        else:
            value = min(value, score)
            beta = min(beta, value)
        if alpha >= beta:
            break
    return value


def nim_move(heaps):
    x = 0
    for h in heaps:
        x ^= h
    if x == 0:
        return None
    for i, h in enumerate(heaps):
        if h ^ x < h:
            return i, h - (h ^ x)


def rock_paper_scissors(one, two):
    if one == two:
        return "tie"
    if (one, two) in BEATS:
        return 1
    if (two, one) in BEATS:
        return 2
    raise ValueError("cannot play {!r} against {!r}".format(one, two))


def rank_hand(hand: list[str]) -> tuple:
    ranks = sorted((RANKS.index(card[0]) for card in hand), reverse=True)
    suits = {card[1] for card in hand}
    counts = sorted(((ranks.count(r), r) for r in set(ranks)), reverse=True)
    shape = tuple(count for count, _ in counts)
    flush = len(suits) == 1
    straight = len(set(ranks)) == 5 and ranks[0] - ranks[4] == 4
    match (shape, flush, straight):
        case (_, True, True):
            kind = 8
        case ((4, 1), _, _):
            kind = 7
        case ((3, 2), _, _):
            kind = 6
        case (_, True, False):
            kind = 5
        case (_, False, True):
            kind = 4
        case ((3, *_), _, _):
            kind = 3
        case ((2, 2, 1), _, _):
            kind = 2
        case ((2, *_), _, _):
            kind = 1
        case _:
            kind = 0
    return kind, [r for _, r in counts]


def best_hand(hands):
    return max(hands, key=rank_hand)


def score_bowling(rolls):
    score = frame = i = 0
    while frame < 10:
        if rolls[i] == 10:
            score += 10 + rolls[i + 1] + rolls[i + 2]
            i += 1
        elif rolls[i] + rolls[i + 1] == 10:
            score += 10 + rolls[i + 2]
            i += 2
        else:
            score += rolls[i] + rolls[i + 1]
            i += 2
        frame += 1
    return score


def blackjack(cards):
    total = aces = 0
    for card in cards:
        if card == "A":
            aces += 1
            total += 11
        elif card in ("J", "Q", "K"):
            total += 10
        else:
            total += int(card)
    while total > 21 and aces:
        total -= 10
        aces -= 1
    return total if total <= 21 else None


def yahtzee(dice, category):
    counts = {d: dice.count(d) for d in dice}
    match category:
        case "ones" | "twos" | "threes" as name:
            n = {"ones": 1, "twos": 2, "threes": 3}[name]
            return n * counts.get(n, 0)
        case "full house":
            return sum(dice) if sorted(counts.values()) == [2, 3] else 0
        case "four of a kind":
            return 4 * max((d for d, c in counts.items() if c >= 4), default=0)
        case "straight":
            return 30 if len(counts) == 5 and max(dice) - min(dice) == 4 else 0
        case "yacht":
            return 50 if len(counts) == 1 else 0
        case other:
            raise KeyError(f"no category {other!r}")


def mastermind(secret, guess):
    black = sum(s == g for s, g in zip(secret, guess))
    common = sum(min(secret.count(c), guess.count(c)) for c in set(guess))
    return black, common - black


def hangman(word, guesses, lives=6):
    shown = ["_"] * len(word)
    for letter in guesses:
        if letter in word:
            for i, c in enumerate(word):
                if c == letter:
                    shown[i] = c
            if "_" not in shown:
                print("won:", "".join(shown))
                break
        else:
            lives -= 1
            if not lives:
                print("lost", word, sep=": ")
                break
    else:
        print("still playing:", *shown)
    return "".join(shown), lives


def wordle(answer, guess):
    result = ["-"] * len(guess)
    left = list(answer)
    for i, (a, g) in enumerate(zip(answer, guess)):
        if a == g:
            result[i] = "G"
            left.remove(g)
    for i, g in enumerate(guess):
        if result[i] == "-" and g in left:
            result[i] = "y"
            left.remove(g)
    return "".join(result)


def minesweeper(field):
    """Adds numbers to rows of '*' and '.'."""
    out = []
    for r, row in enumerate(field):
        line = ""
        for c, cell in enumerate(row):
            if cell == "*":
                line += cell
                continue
            n = sum(other[max(0, c - 1) : c + 2].count("*") for other in field[max(0, r - 1) : r + 2])
            line += str(n) if n else "."
        out.append(line)
    return out


def slide_2048(row):
    """Merge a row to the left."""
    tiles = [t for t in row if t]
    score, i = 0, 0
    while i < len(tiles) - 1:
        if tiles[i] == tiles[i + 1]:
            tiles[i] *= 2
            score += tiles.pop(i + 1)
        i += 1
    row[:] = tiles + [0] * (len(row) - len(tiles))
    return score * 2


def connect_four_drop(columns, moves, height=6):
    player = "R"
    for n, column in enumerate(moves, 1):
        if len(columns[column]) >= height:
            raise ValueError(f"move {n}: column {column} is full")
        columns[column].append(player)
        player = "Y" if player == "R" else "R"
    return player


def four_in_a_row(grid):
    rows = len(grid)
    for r in range(rows):
        for c in range(len(grid[r])):
            if grid[r][c] == ".":
                continue
            for dr, dc in ((0, 1), (1, 0), (1, 1), (1, -1)):
                cells = [(r + k * dr, c + k * dc) for k in range(4)]
                if all(0 <= y < rows and 0 <= x < len(grid[y]) and grid[y][x] == grid[r][c] for y, x in cells):
                    return grid[r][c], cells[0]
    return None


def knight_moves(square: str) -> list[str]:
    if len(square) != 2 or square[0] not in "abcdefgh" or square[1] not in "12345678":
        raise ValueError(f"no such square: {square}")
    column, row = ord(square[0]) - 97, int(square[1]) - 1
    moves = []
    for dc in (-2, -1, 1, 2):
        dr = 3 - abs(dc)
        for sign in (1, -1):
            c, r = column + dc, row + sign * dr
            if c in range(8) and r in range(8):
                moves.append(f"{'abcdefgh'[c]}{r + 1}")
    return sorted(moves)


def queens_attack(white, black):
    (r1, c1), (r2, c2) = white, black
    if (r1, c1) == (r2, c2):
        raise ValueError("same square")
    return r1 == r2 or c1 == c2 or abs(r1 - r2) == abs(c1 - c2)


def fifteen_solvable(tiles):
    numbers = [t for t in tiles if t]
    inversions = sum(1 for i in range(len(numbers)) for j in range(i) if numbers[j] > numbers[i])
    width = int(len(tiles) ** 0.5)
    blank_row = tiles.index(0) // width
    return (inversions + (blank_row if width % 2 == 0 else 0)) % 2 == (1 if width % 2 == 0 else 0)


def tennis(points):
    names = ("love", "15", "30", "40")
    a = b = 0
    for p in points:
        if p == "a":
            a += 1
        elif p == "b":
            b += 1
        else:
            assert False, f"who is {p}?"
        if max(a, b) >= 4 and abs(a - b) >= 2:
            return f"game {'a' if a > b else 'b'}"
    if a == b >= 3:
        return "deuce"
    if max(a, b) > 3:
        return "advantage " + ("a" if a > b else "b")
    return f"{names[a]}-{names[b]}" if a != b else f"{names[a]} all"
