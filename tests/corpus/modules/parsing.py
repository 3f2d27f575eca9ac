"""Small parsers and evaluators."""

DIGITS = "0123456789"
OPERATORS = ("+", "-", "*", "/", "^")


def parse_int(text: str, base: int = 10) -> int:
    """int(), by hand."""
    digits = "0123456789abcdefghijklmnopqrstuvwxyz"[:base]
    text = text.strip().lower()
    sign = 1
    if text[:1] in ("+", "-"):
        sign = -1 if text[0] == "-" else 1
        text = text[1:]
    if not text:
        raise ValueError("no digits")
    value = 0
    for c in text:
        d = digits.find(c)
        if d < 0:
            raise ValueError(f"invalid digit {c!r} for base {base}")
        value = value * base + d
    return sign * value


def parse_number(text):
    """int if possible, then float, else the text itself."""
    for convert in (int, float):
        try:
            return convert(text)
        except ValueError:
            pass
    return text


def balanced(text):
    pairs = {")": "(", "]": "[", "}": "{"}
    stack = []
    for c in text:
        if c in pairs.values():
            stack.append(c)
        elif c in pairs:
            if not stack or stack.pop() != pairs[c]:
                return False
    return not stack


def tokenize(expression: str) -> list[str]:
    tokens = []
    i = 0
    while i < len(expression):
        c = expression[i]
        if c.isspace():
            i += 1
        elif c in DIGITS or c == ".":
            j = i
            while j < len(expression) and (expression[j] in DIGITS or expression[j] == "."):
                j += 1
            tokens.append(expression[i:j])
            i = j
        elif c in OPERATORS or c in "()":
            tokens.append(c)
            i += 1
        else:
            raise SyntaxError(f"unexpected character {c!r} at {i}")
    return tokens


def to_postfix(expression):
    """Shunting-yard."""
    precedence = {"+": 1, "-": 1, "*": 2, "/": 2, "^": 3}
    output, stack = [], []
    for token in tokenize(expression):
        if token in precedence:
            while (
                stack
                and stack[-1] != "("
                and (precedence[stack[-1]] > precedence[token] or (precedence[stack[-1]] == precedence[token] and token != "^"))
            ):
                output.append(stack.pop())
            stack.append(token)
        elif token == "(":
            stack.append(token)
        elif token == ")":
            while stack and stack[-1] != "(":
                output.append(stack.pop())
            if not stack:
                raise SyntaxError("unbalanced )")
            stack.pop()
        else:
            output.append(token)
    while stack:
        if stack[-1] == "(":
            raise SyntaxError("unbalanced (")
        output.append(stack.pop())
    return output


def evaluate_postfix(tokens):
    stack = []
    for token in tokens:
        if token not in OPERATORS:
            stack.append(float(token))
            continue
        try:
            b, a = stack.pop(), stack.pop()
        except IndexError as error:
            raise SyntaxError("missing operand") from error
        match token:
            case "+":
                stack.append(a + b)
            case "-":
                stack.append(a - b)
            case "*":
                stack.append(a * b)
            case "/":
                stack.append(a / b)
            case "^":
                stack.append(a**b if abs(b) < 10 and abs(a) < 1e6 else 0.0)
    [result] = stack
    return result


def calculate(expression):
    try:
        value = evaluate_postfix(to_postfix(expression))
    except ZeroDivisionError:
        return "division by zero"
    except SyntaxError as e:
        return f"error: {e}"
    else:
        return int(value) if isinstance(value, float) and value.is_integer() else value


def evaluate(expression: str) -> float:
    """Recursive descent with mutually recursive helpers over a shared position."""
    tokens = tokenize(expression) + [""]
    at = [0]

    def peek():
        return tokens[at[0]]

    def advance():
        at[0] += 1
        return tokens[at[0] - 1]

    def expr():
        value = term()
        while peek() in ("+", "-"):
            if advance() == "+":
                value += term()
            else:
                value -= term()
        return value

    def term():
        value = factor()
        while peek() in ("*", "/"):
            op = advance()
            right = factor()
            value = value * right if op == "*" else value / right
        return value

    def factor():
        token = advance()
        if token == "-":
            return -factor()
        if token == "(":
            value = expr()
            if advance() != ")":
                raise SyntaxError("expected )")
            return value
        return float(token)

    result = expr()
    if peek():
        raise SyntaxError("unexpected " + peek())
    return result


def parse_csv_line(line, delimiter=",", quote='"'):
    fields, field, quoted = [], "", False
    i = 0
    while i < len(line):
        c = line[i]
        if quoted:
            if c == quote and line[i + 1 : i + 2] == quote:
                field += quote
                i += 1
            elif c == quote:
                quoted = False
            else:
                field += c
        elif c == quote:
            quoted = True
        elif c == delimiter:
            fields.append(field)
            field = ""
        else:
            field += c
        i += 1
    if quoted:
        raise ValueError("unterminated quote")
    return fields + [field]


def parse_ini(text):
    sections, current = {}, None
    for number, line in enumerate(text.splitlines(), start=1):
        line = line.strip()
        if not line or line.startswith(("#", ";")):
            continue
        if line[0] == "[" and line[-1] == "]":
            current = sections.setdefault(line[1:-1], {})
        elif "=" in line:
            if current is None:
                raise ValueError(f"line {number}: no section")
            key, _, value = line.partition("=")
            current[key.strip()] = parse_number(value.strip())
        else:
            raise ValueError("line {0}: cannot read {1!r}".format(number, line))
    return sections


def parse_query(query):
    result = {}
    for part in query.lstrip("?").split("&"):
        if not part:
            continue
        key, sep, value = part.partition("=")
        result.setdefault(key, []).append(value if sep else None)
    return result


def parse_version(version: str) -> tuple:
    parts = []
    for piece in version.removeprefix("v").split("."):
        number = ""
        for c in piece:
            if not c.isdigit():
                break
            number += c
        if not number:
            raise ValueError(f"bad version {version!r}")
        parts.append(int(number))
    while parts and parts[-1] == 0:
        del parts[-1]
    return tuple(parts)


def compare_versions(a, b):
    x, y = parse_version(a), parse_version(b)
    return (x > y) - (x < y)


def parse_json(text):
    """A JSON reader of a page: returns the value."""

    def skip(i):
        while i < len(text) and text[i] in " \t\r\n":
            i += 1
        return i

    def expect(i, literal, value):
        if text[i : i + len(literal)] != literal:
            raise ValueError(f"unexpected character at {i}")
        return value, i + len(literal)

    def string(i):
        out = []
        i += 1
        while text[i] != '"':
            if text[i] == "\\":
                i += 1
                escape = text[i]
                if escape == "u":
                    out.append(chr(int(text[i + 1 : i + 5], 16)))
                    i += 4
                else:
                    out.append({"n": "\n", "t": "\t", '"': '"', "\\": "\\", "/": "/"}[escape])
            else:
                out.append(text[i])
            i += 1
        return "".join(out), i + 1

    def number(i):
        start = i
        while i < len(text) and text[i] in "+-0123456789.eE":
            i += 1
        literal = text[start:i]
        return (float(literal) if any(c in literal for c in ".eE") else int(literal)), i

    def value(i):
        i = skip(i)
        if i >= len(text):
            raise ValueError("unexpected end")
        c = text[i]
        if c == '"':
            return string(i)
        if c == "[":
            items = []
            i = skip(i + 1)
            if text[i : i + 1] == "]":
                return items, i + 1
            while True:
                item, i = value(i)
                items.append(item)
                i = skip(i)
                if text[i : i + 1] == "]":
                    return items, i + 1
                _, i = expect(i, ",", None)
        if c == "{":
            pairs = {}
            i = skip(i + 1)
            while text[i : i + 1] != "}":
                key, i = string(skip(i))
                _, i = expect(skip(i), ":", None)
                pairs[key], i = value(i)
                i = skip(i)
                if text[i : i + 1] == ",":
                    i = skip(i + 1)
            return pairs, i + 1
        if c == "t":
            return expect(i, "true", True)
        if c == "f":
            return expect(i, "false", False)
        if c == "n":
            return expect(i, "null", None)
        return number(i)

    result, end = value(0)
    if skip(end) != len(text):
        raise ValueError(f"extra data at {end}")
    return result


def s_expression(text):
    tokens = text.replace("(", " ( ").replace(")", " ) ").split()

    def read(tokens):
        if not tokens:
            raise EOFError("unexpected end of input")
        token = tokens.pop(0)
        if token == "(":
            items = []
            while tokens[0] != ")":
                items.append(read(tokens))
            tokens.pop(0)
            return items
        elif token == ")":
            raise SyntaxError("unexpected )")
        return parse_number(token)

    return read(tokens)
