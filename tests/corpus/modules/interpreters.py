"""Small machines, and readers of other notations."""


def interpret(program, tape_size=16, limit=300):
    """A famous small language: <>+-.[]"""
    tape, pointer, out = [0] * tape_size, 0, []
    jumps, stack = {}, []
    for i, c in enumerate(program):
        if c == "[":
            stack.append(i)
        elif c == "]":
            if not stack:
                raise SyntaxError(f"unmatched ] at {i}")
            j = stack.pop()
            jumps[i], jumps[j] = j, i
    pc = 0
    while pc < len(program) and (limit := limit - 1) > 0:
        match program[pc]:
            case ">":
                pointer = (pointer + 1) % tape_size
            case "<":
                pointer = (pointer - 1) % tape_size
            case "+":
                tape[pointer] = (tape[pointer] + 1) & 255
            case "-":
                tape[pointer] = (tape[pointer] - 1) & 255
            case ".":
                out.append(chr(tape[pointer]))
            case "[" if not tape[pointer]:
                pc = jumps[pc]
            case "]" if tape[pointer]:
                pc = jumps[pc]
        pc += 1
    return "".join(out), tape


def run_commands(commands):
    """Match on sequences: a tiny stack machine."""
    stack, variables = [], {}
    for command in commands:
        match command.split():
            case []:
                continue
            case ["push", value]:
                stack.append(int(value))
            case ["pop"] | ["drop"]:
                stack.pop()
            case ["set", name, value]:
                variables[name] = int(value)
            case ["get", name] if name in variables:
                stack.append(variables[name])
            case [("add" | "mul") as op, *rest] if len(rest) == 0:
                b, a = stack.pop(), stack.pop()
                stack.append(a + b if op == "add" else a * b)
            case ["sum", *values]:
                stack.append(sum(int(v) for v in values))
            case [word, *_]:
                raise NameError(f"unknown command {word!r}")
    return stack, variables


def describe(value):
    match value:
        case None:
            return "nothing"
        case True | False:
            return "a truth value"
        case 0 | 0.0:
            return "zero"
        case -1:
            return "minus one"
        case "":
            return "empty text"
        case []:
            return "empty sequence"
        case [x]:
            return f"one item {x!r}"
        case [0, *_, 0]:
            return "framed by zeros"
        case [[a, b], c]:
            return f"nested {a} {b} {c}"
        case (x, y) if x == y:
            return "twins"
        case [first, *middle, last]:
            return f"from {first} to {last} over {len(middle)}"
        case _:
            return type(value).__name__


def hex_dump(data: bytes, width: int = 8) -> str:
    lines = []
    for offset in range(0, len(data), width):
        chunk = data[offset : offset + width]
        hexes = " ".join(f"{b:02x}" for b in chunk)
        text = "".join(chr(b) if 32 <= b < 127 else "." for b in chunk)
        lines.append(f"{offset:04x}  {hexes:<{width * 3}} {text}")
    return "\n".join(lines)


def validate_ip(address):
    parts = address.split(".")
    return len(parts) == 4 and all(p.isdigit() and 0 <= int(p) <= 255 and str(int(p)) == p for p in parts)


def luhn(number: str) -> bool:
    digits = [int(d) for d in number if d != " "]
    if len(digits) < 2:
        return False
    for i in range(len(digits) - 2, -1, -2):
        digits[i] *= 2
        if digits[i] > 9:
            digits[i] -= 9
    return sum(digits) % 10 == 0


def parse_time(text):
    """'1h 30m' -> seconds"""
    units = {"s": 1, "m": 60, "h": 3600, "d": 86_400}
    total = 0
    for part in text.split():
        *number, unit = part
        try:
            total += int("".join(number)) * units[unit]
        except (KeyError, ValueError) as problem:
            raise ValueError(f"cannot read {part!r}: {type(problem).__name__}") from problem
    return total
