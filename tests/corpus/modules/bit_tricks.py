"""Bits."""


def count_bits(n: int) -> int:
    count = 0
    while n:
        n &= n - 1
        count += 1
        if count > 1000:
            raise OverflowError("too many bits")
    return count


def count_bits_table(n):
    if n < 0:
        raise ValueError("Input must be non-negative")
    table = tuple(bin(i).count("1") for i in range(16))
    total = 0
    while n:
        total += table[n & 0xF]
        n >>= 4
    return total


def is_power_of_two(n):
    return n > 0 and not n & (n - 1)


def next_power_of_two(n):
    return 1 << (n - 1).bit_length() if n > 0 else 1


def reverse_bits(n: int, width: int = 32) -> int:
    result = 0
    for _ in range(width):
        result = (result << 1) | (n & 1)
        n >>= 1
    return result


def gray_code(bits):
    return [i ^ (i >> 1) for i in range(1 << bits)]


def gray_code_strings(n):
    if n == 0:
        return [""]
    smaller = gray_code_strings(n - 1)
    return ["0" + s for s in smaller] + ["1" + s for s in reversed(smaller)]


def gray_to_binary(gray):
    mask = gray
    while mask:
        mask >>= 1
        gray ^= mask
    return gray


def swap_xor(pair):
    pair[0] ^= pair[1]
    pair[1] ^= pair[0]
    pair[0] ^= pair[1]


def single_number(nums):
    result = 0
    for n in nums:
        result ^= n
    return result


def subsets(items):
    return [[x for i, x in enumerate(items) if mask >> i & 1] for mask in range(1 << len(items))]


def twos_complement(n, bits=8):
    if not -(1 << bits - 1) <= n < 1 << bits - 1:
        raise OverflowError(f"{n} does not fit into {bits} bits")
    return format(n & (1 << bits) - 1, f"0{bits}b")


def from_twos_complement(text):
    value = int(text, 2)
    return value - (1 << len(text)) if text[0] == "1" else value


def to_base(number: int, base: int) -> str:
    if not 2 <= base <= 36:
        raise ValueError("base must be >= 2 and <= 36")
    symbols = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    sign, number = ("-", -number) if number < 0 else ("", number)
    out = ""
    while True:
        number, digit = divmod(number, base)
        out = symbols[digit] + out
        if not number:
            return sign + out


def hamming_weight_pairs(numbers):
    total = 0
    for i, a in enumerate(numbers):
        for b in numbers[i + 1 :]:
            total += (a ^ b).bit_count()
    return total


def add_without_plus(a, b):
    mask = 0xFFFFFFFF
    while b & mask:
        a, b = a ^ b, (a & b) << 1
    return a & mask if b > mask else a


def multiply_russian(a: int, b: int) -> int:
    result = 0
    while a > 0:
        if a & 1:
            result += b
        a >>= 1
        b <<= 1
    return result


def set_bit(number, position):
    return number | (1 << position)


def clear_bit(number, position):
    return number & ~(1 << position)


def toggle_bits(number, *positions):
    for position in positions:
        number ^= 1 << position
    return number


def rotate_left(value, shift, width=8):
    shift %= width
    mask = (1 << width) - 1
    return ((value << shift) | ((value & mask) >> (width - shift))) & mask


def crc8(data: bytes, poly=0x07) -> int:
    crc = 0
    for byte in data:
        crc ^= byte
        for _ in range(8):
            crc = ((crc << 1) ^ poly if crc & 0x80 else crc << 1) & 0xFF
    return crc


def adler32(text):
    a, b = 1, 0
    for byte in text.encode():
        a = (a + byte) % 65521
        b = (a + b) % 65521
    return (b << 16) | a


def fnv1a(data):
    h = 0xCBF29CE484222325
    for c in data:
        h = (h ^ ord(c)) * 0x100000001B3 & 0xFFFFFFFFFFFFFFFF
    return h


def base64_encode(data: bytes) -> str:
    alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
    out = []
    for i in range(0, len(data), 3):
        chunk = data[i : i + 3]
        number = int.from_bytes(chunk + bytes(3 - len(chunk)), "big")
        quad = [alphabet[number >> shift & 63] for shift in (18, 12, 6, 0)]
        out.append("".join(quad[: len(chunk) + 1]) + "=" * (3 - len(chunk)))
    return "".join(out)


def hamming_encode(bits):
    """Four bits to seven."""
    if len(bits) != 4 or any(b not in (0, 1) for b in bits):
        raise ValueError(f"four bits are needed, not {bits}")
    d1, d2, d3, d4 = bits
    return [d1 ^ d2 ^ d4, d1 ^ d3 ^ d4, d1, d2 ^ d3 ^ d4, d2, d3, d4]


def bits_of(n):
    bits = []
    while n > 0:
        n, b = divmod(n, 2)
        bits.append(b)
    bits.reverse()
    return bits or [0]


def lfsr(seed, taps=(7, 5, 4, 3), steps=10):
    state = seed & 0xFF or 1
    out = []
    for _ in range(steps):
        bit = 0
        for tap in taps:
            bit ^= state >> tap
        state = ((state << 1) | bit & 1) & 0xFF
        out.append(state)
    return out
