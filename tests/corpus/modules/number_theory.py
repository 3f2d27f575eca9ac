"""Number theory and Project Euler."""

import math
from functools import reduce

SMALL_PRIMES = (2, 3, 5, 7, 11, 13, 17, 19, 23, 29, 31, 37)


def gcd(a: int, b: int) -> int:
    """Greatest common divisor by Euclid."""
    while b:
        a, b = b, a % b
    return abs(a)


def gcd_recursive(a, b):
    return abs(a) if b == 0 else gcd_recursive(b, a % b)


def extended_gcd(a: int, b: int) -> tuple[int, int, int]:
    if a == 0:
        return b, 0, 1
    g, y, x = extended_gcd(b % a, a)
    return g, x - (b // a) * y, y


def mod_inverse(a, m):
    g, x, _ = extended_gcd(a % m, m)
    if g != 1:
        raise ValueError(f"{a} has no inverse modulo {m}")
    return x % m


def lcm(*numbers):
    if not numbers:
        raise TypeError("lcm() needs at least one number")
    return reduce(lambda x, y: x * y // gcd(x, y), numbers)


def is_prime(n):
    if n < 2:
        return False
    if n in (2, 3):
        return True
    if n % 2 == 0 or n % 3 == 0:
        return False
    for i in range(5, int(math.sqrt(n)) + 1, 6):
        if n % i == 0 or n % (i + 2) == 0:
            return False
    return True


def is_prime_all(n: int) -> bool:
    return n > 1 and all(n % d for d in range(2, math.isqrt(n) + 1))


def miller_rabin(n: int) -> bool:
    """Deterministic for 64 bits."""
    if n < 2:
        return False
    for p in SMALL_PRIMES:
        if n % p == 0:
            return n == p
    d, r = n - 1, 0
    while d % 2 == 0:
        d //= 2
        r += 1
    for a in SMALL_PRIMES:
        x = pow(a, d, n)
        if x in (1, n - 1):
            continue
        for _ in range(r - 1):
            x = x * x % n
            if x == n - 1:
                break
        else:
            return False
    return True


def sieve_of_eratosthenes(limit):
    if limit < 2:
        return []
    sieve = [True] * (limit + 1)
    sieve[0] = sieve[1] = False
    for i in range(2, int(limit**0.5) + 1):
        if sieve[i]:
            sieve[i * i :: i] = [False] * len(range(i * i, limit + 1, i))
    return [i for i, prime in enumerate(sieve) if prime]


def sieve_with_bytes(n):
    flags = bytearray([1]) * n
    flags[0:2] = b"\x00\x00"[: len(flags)]
    for i in range(2, n):
        if flags[i]:
            for j in range(i * i, n, i):
                flags[j] = 0
    return sum(flags), bytes(flags[:10])


def prime_factors(n: int) -> list[int]:
    """
    >>> prime_factors(100)
    [2, 2, 5, 5]
    """
    if n < 1:
        raise ValueError("n must be positive")
    i = 2
    factors = []
    while i * i <= n:
        if n % i:
            i += 1
        else:
            n //= i
            factors.append(i)
    if n > 1:
        factors.append(n)
    return factors


def factorization(n):
    powers: dict[int, int] = {}
    for p in prime_factors(n):
        powers[p] = powers.get(p, 0) + 1
    return powers


def format_factorization(n):
    return " * ".join(f"{p}^{e}" if e > 1 else str(p) for p, e in factorization(n).items()) or "1"


def divisors(n):
    small, large = [], []
    for d in range(1, math.isqrt(n) + 1):
        if n % d == 0:
            small.append(d)
            if d != n // d:
                large.append(n // d)
    return small + large[::-1]


def euler_phi(n):
    result = n
    for p in set(prime_factors(n)):
        result -= result // p
    return result


def is_perfect(number):
    return number > 0 and sum(i for i in range(1, number // 2 + 1) if number % i == 0) == number


def classify_number(n):
    """abundant, perfect or deficient"""
    if not isinstance(n, int):
        raise TypeError("must be an integer, not " + type(n).__name__)
    aliquot = sum(divisors(n)[:-1])
    return "perfect" if aliquot == n else "abundant" if aliquot > n else "deficient"


def collatz(n):
    if n <= 0:
        raise Exception("Sequence only defined for positive integers")
    sequence = [n]
    while n != 1 and len(sequence) < 500:
        n = 3 * n + 1 if n & 1 else n // 2
        sequence.append(n)
    return sequence


def fibonacci(n):
    a, b = 0, 1
    for _ in range(n):
        a, b = b, a + b
    return a


def fibonacci_recursive(n):
    if n < 0:
        raise ValueError("n < 0")
    return n if n < 2 else fibonacci_recursive(n - 1) + fibonacci_recursive(n - 2)


def fibonacci_memo(n):
    memo = {0: 0, 1: 1}

    def fib(k):
        if k not in memo:
            memo[k] = fib(k - 1) + fib(k - 2)
        return memo[k]

    return fib(n), len(memo)


def fibonacci_fast_doubling(n: int) -> int:
    def fib2(m: int) -> tuple[int, int]:
        if m == 0:
            return 0, 1
        a, b = fib2(m // 2)
        c = a * (b * 2 - a)
        d = a * a + b * b
        return (d, c + d) if m % 2 else (c, d)

    if n < 0:
        raise ValueError("negative index: %s" % n)
    return fib2(n)[0]


def chinese_remainder(remainders, moduli):
    product = math.prod(moduli)
    total = 0
    for r, m in zip(remainders, moduli, strict=True):
        p = product // m
        total += r * mod_inverse(p, m) * p
    return total % product


def power_mod(base, exponent, modulus):
    result = 1
    base %= modulus
    while exponent > 0:
        if exponent & 1:
            result = result * base % modulus
        exponent >>= 1
        base = base * base % modulus
    return result


def digits_sum_power(n, p=1):
    return sum(int(d) ** p for d in str(n))


def is_happy(n):
    seen = set()
    while n != 1 and n not in seen:
        seen.add(n)
        n = digits_sum_power(n, 2)
    return n == 1


def digital_root(n: int) -> int:
    while n > 9:
        n = sum(map(int, str(n)))
    return n


def is_armstrong(n):
    digits = [int(c) for c in str(n)]
    return n == sum(d ** len(digits) for d in digits)


def pascal_triangle(rows):
    triangle = []
    for r in range(rows):
        row = [1] * (r + 1)
        for k in range(1, r):
            row[k] = triangle[r - 1][k - 1] + triangle[r - 1][k]
        triangle.append(row)
    return triangle


def binomial(n: int, k: int, /) -> int:
    if k > n or k < 0:
        return 0
    k = min(k, n - k)
    num = den = 1
    for i in range(1, k + 1):
        num *= n - k + i
        den *= i
    return num // den


def ackermann(m, n):
    if m == 0:
        return n + 1
    if n == 0:
        return ackermann(m - 1, 1)
    return ackermann(m - 1, ackermann(m, n - 1))


def legendre_symbol(a, p):
    ls = pow(a, (p - 1) // 2, p)
    return -1 if ls == p - 1 else ls


def pythagorean_triples(limit):
    return [
        (a, b, c)
        for c in range(1, limit)
        for b in range(1, c)
        for a in range(1, b)
        if a * a + b * b == c * c and gcd(gcd(a, b), c) == 1
    ]


def sum_of_multiples(limit, *factors):
    """Project Euler 1, for any factors."""
    return sum({n for f in factors for n in range(f, limit, f)})


def isqrt_newton(n):
    if n < 0:
        raise ValueError("isqrt() argument must be nonnegative")
    if n == 0:
        return 0
    x = 1 << (n.bit_length() + 1) // 2
    while True:
        y = (x + n // x) // 2
        if y >= x:
            return x
        x = y


def egyptian_fraction(numerator, denominator):
    if not 0 < numerator < denominator:
        raise ValueError(f"{numerator}/{denominator} is not a proper fraction")
    parts = []
    while numerator:
        unit = -(-denominator // numerator)
        parts.append(unit)
        numerator, denominator = numerator * unit - denominator, denominator * unit
    return parts
