"""Strings: interview questions and classic ciphers."""

VOWELS = "aeiou"
MORSE = (("A", ".-"), ("B", "-..."), ("C", "-.-."), ("E", "."), ("S", "..."), ("O", "---"), ("T", "-"))
ROMAN = ((1000, "M"), (900, "CM"), (500, "D"), (400, "CD"), (100, "C"), (90, "XC"), (50, "L"), (40, "XL"), (10, "X"), (9, "IX"),
         (5, "V"), (4, "IV"), (1, "I"))  # fmt: skip


def is_palindrome(s: str) -> bool:
    s = "".join(c for c in s.lower() if c.isalnum())
    return s == s[::-1]


def is_palindrome_two_pointers(text):
    i, j = 0, len(text) - 1
    while i < j:
        if text[i] != text[j]:
            return False
        i, j = i + 1, j - 1
    return True


def longest_palindrome(s: str) -> str:
    def expand(left: int, right: int) -> str:
        while left >= 0 and right < len(s) and s[left] == s[right]:
            left -= 1
            right += 1
        return s[left + 1 : right]

    best = ""
    for i in range(len(s)):
        best = max(best, expand(i, i), expand(i, i + 1), key=len)
    return best


def are_anagrams(first, second):
    first = first.lower().replace(" ", "")
    second = second.lower().replace(" ", "")
    if len(first) != len(second):
        return False
    count: dict[str, int] = {}
    for a, b in zip(first, second):
        count[a] = count.get(a, 0) + 1
        count[b] = count.get(b, 0) - 1
    return all(v == 0 for v in count.values())


def group_anagrams(words):
    groups = {}
    for word in words:
        key = "".join(sorted(word))
        if key not in groups:
            groups[key] = []
        groups[key].append(word)
    return sorted(groups.values(), key=lambda g: (-len(g), g))


def caesar_cipher(text, shift, decode=False):
    if decode:
        shift = -shift
    result = []
    for ch in text:
        if "a" <= ch <= "z":
            result.append(chr((ord(ch) - ord("a") + shift) % 26 + ord("a")))
        elif "A" <= ch <= "Z":
            result.append(chr((ord(ch) - 65 + shift) % 26 + 65))
        else:
            result.append(ch)
    return "".join(result)


def vigenere(text: str, key: str, sign: int = 1) -> str:
    out, k = "", 0
    for c in text.upper():
        if not c.isalpha():
            out += c
            continue
        shift = ord(key[k % len(key)].upper()) - 65
        out += chr((ord(c) - 65 + sign * shift) % 26 + 65)
        k += 1
    return out


def atbash(text):
    table = {c: chr(219 - ord(c)) for c in "abcdefghijklmnopqrstuvwxyz"}
    return "".join(table.get(c, c) for c in text.lower())


def run_length_encode(s):
    if not s:
        return ""
    encoded = ""
    prev, count = s[0], 0
    for c in s:
        if c == prev:
            count += 1
        else:
            encoded += f"{count if count > 1 else ''}{prev}"
            prev, count = c, 1
    return encoded + f"{count if count > 1 else ''}{prev}"


def run_length_decode(s):
    digits = ""
    out = []
    for c in s:
        if c.isdigit():
            digits += c
        else:
            out.append(c * int(digits or "1"))
            digits = ""
    if digits:
        raise ValueError(f"dangling count {digits!r}")
    return "".join(out)


def to_roman(number):
    if not isinstance(number, int) or not 0 < number < 4000:
        raise ValueError(f"cannot write {number!r} in Roman numerals")
    out = ""
    for value, numeral in ROMAN:
        times, number = divmod(number, value)
        out += numeral * times
    return out


def from_roman(s):
    values = {"I": 1, "V": 5, "X": 10, "L": 50, "C": 100, "D": 500, "M": 1000}
    total = 0
    for i, c in enumerate(s):
        if i + 1 < len(s) and values[c] < values[s[i + 1]]:
            total -= values[c]
        else:
            total += values[c]
    return total


def morse_encode(message):
    table = dict(MORSE)
    try:
        return " / ".join(" ".join(table[c] for c in word.upper()) for word in message.split())
    except KeyError as exc:
        raise ValueError("no Morse code for %s" % exc.args[0]) from exc


def levenshtein(a: str, b: str) -> int:
    if len(a) < len(b):
        return levenshtein(b, a)
    if not b:
        return len(a)
    previous = list(range(len(b) + 1))
    for i, ca in enumerate(a):
        current = [i + 1]
        for j, cb in enumerate(b):
            current.append(min(previous[j + 1] + 1, current[j] + 1, previous[j] + (ca != cb)))
        previous = current
    return previous[-1]


def hamming_distance(a, b):
    if len(a) != len(b):
        raise ValueError("String lengths must match!")
    return sum(x != y for x, y in zip(a, b))


def knuth_morris_pratt(pattern: str, text: str) -> list[int]:
    def failure(p):
        table = [0]
        i, j = 0, 1
        while j < len(p):
            if p[i] == p[j]:
                i += 1
            elif i > 0:
                i = table[i - 1]
                continue
            j += 1
            table.append(i)
        return table

    if not pattern:
        return []
    table = failure(pattern)
    found, i = [], 0
    for j, c in enumerate(text):
        while i and (i == len(pattern) or pattern[i] != c):
            i = table[i - 1]
        if pattern[i] == c:
            i += 1
        if i == len(pattern):
            found.append(j - i + 1)
    return found


def rabin_karp(pattern, text, base=256, modulus=101):
    m, n = len(pattern), len(text)
    if m > n:
        return []
    p_hash = t_hash = 0
    high = pow(base, max(m - 1, 0), modulus)
    for i in range(m):
        p_hash = (p_hash * base + ord(pattern[i])) % modulus
        t_hash = (t_hash * base + ord(text[i])) % modulus
    hits = []
    for i in range(n - m + 1):
        if p_hash == t_hash and text[i : i + m] == pattern:
            hits.append(i)
        if i < n - m:
            t_hash = ((t_hash - ord(text[i]) * high) * base + ord(text[i + m])) % modulus
    return hits


def z_function(s):
    z = [0] * len(s)
    left = right = 0
    for i in range(1, len(s)):
        if i < right:
            z[i] = min(right - i, z[i - left])
        while i + z[i] < len(s) and s[z[i]] == s[i + z[i]]:
            z[i] += 1
        if i + z[i] > right:
            left, right = i, i + z[i]
    return z


def longest_common_prefix(words):
    prefix = ""
    for chars in zip(*words):
        if len(set(chars)) != 1:
            break
        prefix += chars[0]
    return prefix


def longest_unique_substring(s: str) -> int:
    last, start, best = {}, 0, 0
    for i, c in enumerate(s):
        if c in last and last[c] >= start:
            start = last[c] + 1
        last[c] = i
        best = max(best, i - start + 1)
    return best


def reverse_words(sentence: str, letters: bool = False) -> str:
    words = sentence.split()
    return " ".join(w[::-1] for w in words) if letters else " ".join(reversed(words))


def capitalize_words(sentence):
    return " ".join(word[:1].upper() + word[1:] for word in sentence.split(" "))


def camel_to_snake(name):
    out = []
    for i, c in enumerate(name):
        if c.isupper() and i > 0 and not name[i - 1].isupper():
            out.append("_")
        out.append(c.lower())
    return "".join(out)


def snake_to_camel(name, *, upper_first=False):
    first, *others = name.split("_")
    head = first.capitalize() if upper_first else first
    return head + "".join(map(str.capitalize, others))


def count_letters(text):
    stats = {"vowels": 0, "consonants": 0, "digits": 0, "others": 0}
    for c in text.lower():
        if c in VOWELS:
            stats["vowels"] += 1
        elif c.isalpha():
            stats["consonants"] += 1
        elif c.isdigit():
            stats["digits"] += 1
        else:
            stats["others"] += 1
    return stats


def first_unique(s):
    for c in s:
        if s.count(c) == 1:
            return s.index(c), c
    else:
        return -1, None


def is_pangram(text, alphabet="abcdefghijklmnopqrstuvwxyz"):
    return set(alphabet) <= {c for c in text.casefold()}


def pig_latin(word):
    if not word.isalpha():
        raise ValueError("only letters: " + repr(word))
    for i, letter in enumerate(word):
        if letter.lower() in VOWELS:
            break
    else:
        return word + "ay"
    return f"{word[i:]}{word[:i]}ay" if i else f"{word}way"


def justify(text, width):
    """Full justification of words, the last line to the left."""
    lines, line, length = [], [], 0
    for w in text.split():
        if line and length + len(w) + len(line) > width:
            for i in range(width - length):
                line[i % (len(line) - 1 or 1)] += " "
            lines.append("".join(line))
            line, length = [], 0
        line.append(w)
        length += len(w)
    return [*lines, " ".join(line).ljust(width)]


def excel_column(title: str) -> int:
    answer = 0
    for power, char in enumerate(reversed(title)):
        if not "A" <= char <= "Z":
            raise ValueError("Input must be uppercase letters")
        answer += (ord(char) - 64) * 26**power
    return answer


def column_name(number):
    if number <= 0:
        raise ValueError("positive numbers only")
    name = ""
    while number:
        number, remainder = divmod(number - 1, 26)
        name = chr(ord("A") + remainder) + name
    return name
