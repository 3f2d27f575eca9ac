"""Write the access log of a small shop's day: the same bytes on every machine.

    python examples/weblog/generate.py > examples/weblog/access.log

What makes it like a real one: paths follow Zipf's law, traffic follows the hours of a day, a few visitors make most
requests, robots read everything and scanners try what is not there, one endpoint is slow for some and another for all,
the database is down for a while in the evening, and some lines are no requests at all. Only `random.Random.random` is
used, whose values for a seed are part of Python's promise.
"""

import math
import sys
from bisect import bisect
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from random import Random
from typing import NamedTuple

LINES = 5000
SEED = 20250311
DAY = datetime(2025, 3, 11, tzinfo=UTC)
OUTAGE = range(19 * 3600 + 12 * 60, 19 * 3600 + 29 * 60)
"""Seconds of the day in which the database does not answer."""

HOURLY = (14, 9, 6, 4, 4, 6, 13, 27, 44, 58, 63, 61, 66, 62, 58, 57, 60, 68, 82, 97, 100, 86, 58, 31)
"""Visitors by hour, of the busiest hour's hundred."""


class Endpoint(NamedTuple):
    """``share`` of the requests, typical ``bytes`` and ``ms``; of ``items`` numbered pages the first are read most."""

    path: str
    share: float
    bytes: int
    ms: float
    method: str = "GET"
    items: int = 0
    spread: float = 0.35


ENDPOINTS = (
    Endpoint("/", 14, 18_400, 38),
    Endpoint("/static/app.js", 13, 84_211, 3),
    Endpoint("/static/site.css", 12, 21_930, 2),
    Endpoint("/products", 9, 26_700, 74),
    Endpoint("/products/{}", 21, 14_900, 61, items=400),
    Endpoint("/categories/{}", 8, 19_800, 83, items=24),
    Endpoint("/search", 7, 11_200, 240, spread=0.9),
    Endpoint("/cart", 5, 4_300, 45),
    Endpoint("/cart/items", 4, 610, 52, "POST"),
    Endpoint("/checkout", 2, 6_100, 190, "POST", spread=0.5),
    Endpoint("/orders/{}", 2, 5_200, 88, items=900),
    Endpoint("/api/recommendations/{}", 2.5, 2_900, 620, items=400, spread=0.5),
    Endpoint("/login", 1.5, 2_200, 110, "POST"),
)
NEEDS_DATABASE = ("/products", "/categories", "/search", "/cart", "/checkout", "/orders", "/api", "/login")
SCANNED = (
    "/wp-login.php",
    "/.env",
    "/admin/config.php",
    "/phpmyadmin/",
    "/.git/config",
    "/vendor/phpunit/eval-stdin.php",
)
BROWSERS = (
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/133.0.0.0 Safari/537.36",
    "Mozilla/5.0 (iPhone; CPU iPhone OS 18_3 like Mac OS X) AppleWebKit/605.1.15 (KHTML) Version/18.3 Safari/604.1",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML) Version/18.2 Safari/605.1.15",
    "Mozilla/5.0 (X11; Linux x86_64; rv:135.0) Gecko/20100101 Firefox/135.0",
    "Mozilla/5.0 (Linux; Android 14) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/132.0.0.0 Mobile Safari/537.36",
)
ROBOTS = (
    "Mozilla/5.0 (compatible; Searchbot/2.1; +http://searchbot.example/about)",
    "PriceSpider/1.4 (+https://prices.example/spider)",
    "python-requests/2.32.3",
)
SITE = "https://shop.example"


class Picker:
    """Draws indices with given weights."""

    def __init__(self, random: Random, weights: Sequence[float]) -> None:
        self._random = random
        self._sums = list(accumulate(weights))

    def pick(self) -> int:
        return bisect(self._sums, self._random.random() * self._sums[-1], 0, len(self._sums) - 1)


class Day:
    """The visitors, robots and accidents of one day."""

    def __init__(self, seed: int) -> None:
        self._random = Random(seed)
        self._hours = Picker(self._random, HOURLY)
        self._endpoints = Picker(self._random, [endpoint.share for endpoint in ENDPOINTS])
        self._items = {n: self._zipf(n) for n in {endpoint.items for endpoint in ENDPOINTS} if n}
        self._visitors = self._zipf(600)

    def _zipf(self, n: int) -> Picker:
        return Picker(self._random, [1 / rank for rank in range(1, n + 1)])

    def _below(self, n: int) -> int:
        return int(self._random.random() * n)

    def _bell(self) -> float:
        """About normal: mean 0, deviation 1."""
        return sum(self._random.random() for _ in range(12)) - 6

    def lines(self, count: int) -> Iterator[str]:
        """The lines of the log, in the order of their time."""
        seconds = sorted(self._hours.pick() * 3600 + self._below(3600) for _ in range(count))
        for second in seconds:
            yield self._line(second)

    def _line(self, second: int) -> str:
        dice = self._random.random()
        if dice < 0.004:
            return self._noise(second)
        if dice < 0.03:
            return self._scan(second)
        robot = dice < 0.15
        endpoint = ENDPOINTS[self._endpoints.pick()]
        while robot and (endpoint.method == "POST" or endpoint.path.startswith("/static")):
            endpoint = ENDPOINTS[self._endpoints.pick()]
        path = self._path(endpoint, robot)
        status, size, ms = self._answer(endpoint, second)
        client = f"198.51.100.{7 + self._below(3)}" if robot else self._client()
        agent = ROBOTS[self._below(3)] if robot else BROWSERS[sum(client.encode()) % len(BROWSERS)]
        referrer = "-" if robot or self._random.random() < 0.3 else SITE + "/"
        return _format(client, second, f"{endpoint.method} {path} HTTP/1.1", status, size, referrer, agent, ms)

    def _client(self) -> str:
        number = self._visitors.pick()
        return f"203.0.{113 + number // 200}.{1 + number % 200}"

    def _path(self, endpoint: Endpoint, robot: bool) -> str:
        path = endpoint.path
        if endpoint.items:
            # A robot walks through all pages; people read the popular ones.
            item = self._below(endpoint.items) if robot else self._items[endpoint.items].pick()
            path = path.format(1000 + item)
        if path == "/search":
            words = ("lamp", "oak+table", "blue+rug", "chair", "shelf", "desk+lamp", "caf%C3%A9+set")
            path += f"?q={words[self._below(len(words))]}"
        return path

    def _answer(self, endpoint: Endpoint, second: int) -> tuple[int, int, float]:
        """Status, bytes and milliseconds."""
        if second in OUTAGE and endpoint.path.startswith(NEEDS_DATABASE) and self._random.random() < 0.7:
            return (504, 562, 30_000 + self._below(60)) if self._random.random() < 0.25 else (503, 539, 12 + self._below(9))
        ms = endpoint.ms * math.exp(endpoint.spread * self._bell())
        dice = self._random.random()
        if dice < 0.003:
            return 500, 1_204, ms
        if endpoint.items and dice < 0.02:
            return 404, 3_118, ms / 2
        if endpoint.path.startswith("/static") and dice < 0.4:
            return 304, 0, 1 + ms / 4
        if endpoint.path == "/login" and dice < 0.2:
            return 401, 880, ms
        return (303 if endpoint.method == "POST" else 200), int(endpoint.bytes * (0.9 + self._random.random() / 5)), ms

    def _scan(self, second: int) -> str:
        path = SCANNED[self._below(len(SCANNED))]
        return _format(f"192.0.2.{30 + self._below(40)}", second, f"GET {path} HTTP/1.1", 404, 162, "-", "curl/7.88.1", 4)

    def _noise(self, second: int) -> str:
        """TLS spoken to the wrong port, and connections closed before a word was said."""
        request = r"\x16\x03\x01\x02\x00\x01\x00\x01\xFC\x03\x03" if self._below(2) else "-"
        return _format(f"192.0.2.{200 + self._below(50)}", second, request, 400, 0, "-", "-", 0)


def _format(client: str, second: int, request: str, status: int, size: int, referrer: str, agent: str, ms: float) -> str:
    time = (DAY + timedelta(seconds=second)).strftime("%d/Mar/%Y:%H:%M:%S +0000")
    return f'{client} - - [{time}] "{request}" {status} {size} "{referrer}" "{agent}" {ms / 1000:.3f}'


def generate(lines: int = LINES, seed: int = SEED) -> str:
    """The whole log."""
    return "".join(f"{line}\n" for line in Day(seed).lines(lines))


if __name__ == "__main__":
    sys.stdout.write(generate())
