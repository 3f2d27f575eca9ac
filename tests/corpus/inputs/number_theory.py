"""Arguments for `corpus/modules/number_theory.py`."""

from hypothesis import strategies as st
from support.corpus_inputs import BIG, COUNT, INTS, POSITIVE, SMALL, call, lists, maybe, one_of, star

TO_500 = st.integers(-2, 500)

INPUTS = {
    "gcd": call(BIG, BIG),
    "gcd_recursive": call(INTS, INTS),
    "extended_gcd": call(st.integers(0, 1000), st.integers(0, 1000)),
    "mod_inverse": call(INTS, st.integers(-1, 30)),
    "lcm": star(INTS),
    "is_prime": call(TO_500 | st.just(7919) | st.floats(0, 20)),
    "is_prime_all": call(TO_500),
    "miller_rabin": call(TO_500 | BIG),
    "sieve_of_eratosthenes": call(st.integers(-1, 120)),
    "sieve_with_bytes": call(st.integers(-1, 120)),
    "prime_factors": call(TO_500),
    "factorization": call(TO_500),
    "format_factorization": call(TO_500),
    "divisors": call(TO_500),
    "euler_phi": call(TO_500),
    "is_perfect": call(TO_500 | one_of(6, 28, 496)),
    "classify_number": call(TO_500 | st.floats(0, 9)),
    "collatz": call(st.integers(-1, 60)),
    "fibonacci": call(st.integers(-1, 200)),
    "fibonacci_recursive": call(st.integers(-1, 10)),
    "fibonacci_memo": call(st.integers(0, 40)),
    "fibonacci_fast_doubling": call(st.integers(-1, 2000)),
    "chinese_remainder": call(
        lists(st.integers(0, 4), most=3), st.permutations([3, 5, 7]).flatmap(lambda p: st.sampled_from([p, p[:2], p[:1]]))
    ),
    "power_mod": call(INTS, st.integers(0, 50), st.integers(-3, 30)),
    "digits_sum_power": call(st.integers(-5, 5000), maybe(st.integers(0, 4))),
    "is_happy": call(st.integers(0, 500)),
    "digital_root": call(st.integers(0, 10**9)),
    "is_armstrong": call(st.integers(-5, 500) | one_of(153, 9474)),
    "pascal_triangle": call(COUNT),
    "binomial": call(st.integers(0, 60), st.integers(-1, 60)),
    "ackermann": call(st.integers(0, 2), st.integers(0, 2)),
    "legendre_symbol": call(INTS, one_of(3, 7, 11, 0)),
    "pythagorean_triples": call(st.integers(-1, 18)),
    "sum_of_multiples": call(st.integers(0, 60), SMALL, maybe(POSITIVE)),
    "isqrt_newton": call(BIG | SMALL),
    "egyptian_fraction": call(POSITIVE, POSITIVE),
}
