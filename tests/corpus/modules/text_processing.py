"""Words, lines, reports: scripts that people write for a day."""

import math
import string

STOP_WORDS = frozenset({"the", "a", "an", "of", "and", "to", "in"})


def word_count(text):
    counts = {}
    for word in text.lower().split():
        word = word.strip(string.punctuation)
        if word:
            counts[word] = counts.get(word, 0) + 1
    return counts


def top_words(text, n=3):
    counts = word_count(text)
    return sorted(counts.items(), key=lambda kv: (-kv[1], kv[0]))[:n]


def wrap(text: str, width: int = 20) -> list[str]:
    if width <= 0:
        raise ValueError(f"invalid width {width!r} (must be > 0)")
    lines, current = [], ""
    for word in text.split():
        while len(word) > width:
            if current:
                lines.append(current)
                current = ""
            lines.append(word[:width])
            word = word[width:]
        if not current:
            current = word
        elif len(current) + 1 + len(word) <= width:
            current += " " + word
        else:
            lines.append(current)
            current = word
    if current:
        lines.append(current)
    return lines


def dedent(text):
    lines = text.split("\n")
    margins = [len(line) - len(line.lstrip(" ")) for line in lines if line.strip()]
    margin = min(margins, default=0)
    return "\n".join(line[margin:] if line.strip() else "" for line in lines)


def expand_tabs(line, size=4):
    out = ""
    for c in line:
        if c == "\t":
            out += " " * (size - len(out) % size)
        else:
            out += c
    return out


def table(rows, headers=None):
    if headers:
        rows = [headers, *rows]
    widths = [max(len(str(cell)) for cell in column) for column in zip(*rows)]
    lines = []
    for i, row in enumerate(rows):
        lines.append(" | ".join(f"{cell!s:<{w}}" for cell, w in zip(row, widths)).rstrip())
        if headers and i == 0:
            lines.append("-+-".join("-" * w for w in widths))
    return "\n".join(lines)


def print_report(sales, *, currency="EUR", width=12):
    print("Report".center(width, "="))
    total = 0
    for name, amount in sales.items():
        print(f"{name:<{width - 8}.4}{amount:>8.2f}")
        total += amount
    print("-" * width)
    print("{:<6}{:>{w}.2f} {}".format("sum", total, currency, w=width - 6))


def histogram(data, char="*"):
    for key in sorted(data):
        print("%-5s|%s %d" % (key, char * data[key], data[key]))


def slugify(title):
    kept = [c if c.isalnum() and c.isascii() else "-" for c in title.lower()]
    slug = "".join(kept)
    while "--" in slug:
        slug = slug.replace("--", "-")
    return slug.strip("-")


def title_case(text, small=STOP_WORDS):
    words = text.split()
    return " ".join(w.lower() if i and w.lower() in small else w.capitalize() for i, w in enumerate(words))


def human_size(size: float, decimals: int = 1) -> str:
    for unit in ("B", "KiB", "MiB", "GiB"):
        if abs(size) < 1024:
            break
        size /= 1024
    else:
        unit = "TiB"
    return f"{size:.{decimals}f} {unit}"


def human_duration(seconds):
    if seconds < 0:
        return "-" + human_duration(-seconds)
    parts = []
    for name, length in (("day", 86400), ("hour", 3600), ("minute", 60), ("second", 1)):
        count, seconds = divmod(seconds, length)
        if count:
            parts.append(f"{count} {name}{'s' if count != 1 else ''}")
    match parts:
        case []:
            return "now"
        case [single]:
            return single
        case [*some, last]:
            return ", ".join(some) + " and " + last


def number_words(n):
    ones = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split()
    tens = ["", "", "twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
    if n < 0:
        return "minus " + number_words(-n)
    if n < 20:
        return ones[n]
    if n < 100:
        t, o = divmod(n, 10)
        return tens[t] + (f"-{ones[o]}" if o else "")
    if n < 1000:
        h, rest = divmod(n, 100)
        return f"{ones[h]} hundred" + (" and " + number_words(rest) if rest else "")
    for power, word in ((9, "billion"), (6, "million"), (3, "thousand")):
        if n >= 10**power:
            head, rest = divmod(n, 10**power)
            return number_words(head) + " " + word + (" " + number_words(rest) if rest else "")


def ordinal(n: int) -> str:
    if 10 <= n % 100 <= 20:
        suffix = "th"
    else:
        suffix = {1: "st", 2: "nd", 3: "rd"}.get(n % 10, "th")
    return f"{n}{suffix}"


def thousands(n):
    return "{:,}".format(n) + " " + f"{n:_}" + " %.3e" % n


def mask(number, visible=4):
    s = str(number)
    return s[-visible:].rjust(len(s), "*")


def template(text, **values):
    out = text
    for key, value in values.items():
        out = out.replace("{{" + key + "}}", str(value))
    if "{{" in out:
        start = out.index("{{")
        raise KeyError(out[start + 2 : out.index("}}", start)])
    return out


def diff_lines(old, new):
    """A poor man's diff."""
    a, b = old.splitlines(), new.splitlines()
    only_a = [f"- {line}" for line in a if line not in b]
    only_b = [f"+ {line}" for line in b if line not in a]
    return only_a + only_b


def tf_idf(documents):
    tokenized = [[w for w in d.lower().split() if w not in STOP_WORDS] for d in documents]
    df = {}
    for words in tokenized:
        for w in set(words):
            df[w] = df.get(w, 0) + 1
    n = len(documents)
    return [{w: round(words.count(w) / len(words) * math.log(n / df[w]), 4) for w in sorted(set(words))} for words in tokenized]


def soundex(name):
    codes = {**dict.fromkeys("BFPV", "1"), **dict.fromkeys("CGJKQSXZ", "2"), **dict.fromkeys("DT", "3"), "L": "4",
             **dict.fromkeys("MN", "5"), "R": "6"}  # fmt: skip
    name = name.upper()
    out = name[0]
    previous = codes.get(name[0])
    for c in name[1:]:
        code = codes.get(c)
        if code and code != previous:
            out += code
        if c not in "HW":
            previous = code
    return (out + "000")[:4]


def common_words(*texts):
    if not texts:
        return []
    first, *others = (set(t.split()) for t in texts)
    return sorted(first.intersection(*others))


def log_levels(lines):
    summary = {"ERROR": [], "WARN": [], "INFO": 0}
    for number, line in enumerate(lines, 1):
        level, sep, message = line.partition(": ")
        if not sep:
            continue
        if level == "INFO":
            summary[level] += 1
        elif level in summary:
            summary[level].append((number, message))
        else:
            raise ValueError(f"line {number}: level {level!r}")
    return summary


def merge_settings(*layers, **overrides):
    merged = {}
    for layer in layers:
        merged = {**merged, **layer}
    merged |= overrides
    return {k: merged[k] for k in sorted(merged) if merged[k] is not None}


def flatten(nested, depth=-1):
    flat = []
    for item in nested:
        if isinstance(item, list | tuple) and depth != 0:
            flat.extend(flatten(item, depth - 1))
        else:
            flat.append(item)
    return flat


def flatten_keys(tree, prefix=""):
    out = {}
    for key, value in tree.items():
        path = f"{prefix}.{key}" if prefix else str(key)
        if isinstance(value, dict) and value:
            out.update(flatten_keys(value, path))
        else:
            out[path] = value
    return out


def chunk(items, size):
    if size < 1:
        raise ValueError("size must be at least one")
    return [items[i : i + size] for i in range(0, len(items), size)]


def zip_longest(*lists, fill=None):
    n = max(map(len, lists), default=0)
    return [tuple(xs[i] if i < len(xs) else fill for xs in lists) for i in range(n)]


def group_by(rows, key):
    groups = {}
    for row in rows:
        groups.setdefault(row[key], []).append({k: v for k, v in row.items() if k != key})
    return groups


def invert(mapping):
    inverted = {}
    for key, value in mapping.items():
        if value in inverted:
            raise ValueError(f"{value!r} is there twice, for {inverted[value]!r} and {key!r}")
        inverted[value] = key
    return inverted


def dedupe(items):
    seen = set()
    return [x for x in items if not (x in seen or seen.add(x))]
