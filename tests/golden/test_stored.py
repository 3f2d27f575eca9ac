"""The bytes of version 1: a run that was stored then is read for ever.

`stored.txt` has a name and the bytes of a value in each line. To write it again, which changes the format:

    pytest tests/golden --write-golden
"""

from __future__ import annotations

from collections import Counter, OrderedDict, defaultdict, deque
from datetime import UTC, date, datetime, time, timedelta, timezone
from decimal import Decimal
from fractions import Fraction
from pathlib import Path, PurePosixPath, PureWindowsPath
from types import MappingProxyType
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from cascade.durable import Known, decode, encode
from cascade.durable.machine_values import MACHINE_CODECS
from cascade_vm.cursors import cursor_over
from cascade_vm.host import UNBOUND
from cascade_vm.plain import Packed
from support.golden import Golden
from support.isomorphic import difference
from support.storable import Careful, Color, Node, OrderError, Pair, Point, Record, Right, Slotted

WRITTEN = Path(__file__).with_name("stored.txt")


def cyclic() -> Any:
    inner: list[Any] = [1]
    inner.append((inner, {"inner": inner}))
    return inner


VALUES: dict[str, Any] = {
    "scalars": [None, True, False, 0, -1, 2**63, 1.5, -0.0, float("inf"), "text", "ä", b"\0"],
    "plain": {"id": 7, "lines": [{"sku": "a", "n": 2}, {}], "note": None},
    "large": [2**64, -(2**64), "long " * 60, b"x" * 256, "\ud800", float("nan"), 1j],
    "containers": [(), (1, "a"), {1: 2, (1,): 3}, {1}, frozenset({1}), slice(1, None), range(1, 9, 2), bytearray(b"a")],
    "collections": [OrderedDict(a=1), Counter("aa"), defaultdict(list, a=[1]), deque([1], maxlen=3)],
    "views": (lambda table: [table, table.keys(), table.values(), table.items(), MappingProxyType(table)])({"a": 1}),
    "times": [
        datetime(2025, 3, 1, 12, 30, fold=1), datetime(2025, 3, 1, tzinfo=UTC), datetime(2025, 3, 1, tzinfo=ZoneInfo("UTC")),
        date(2025, 3, 1), time(1, 2, 3, 4), timedelta(1, 2, 3), timezone(timedelta(hours=1)),
        timezone(timedelta(hours=1), "MEZ"),
    ],
    "numbers": [Decimal("1.50"), Fraction(1, 3), UUID(int=5)],
    "paths": [PurePosixPath("a/b"), PureWindowsPath("C:\\x")],
    "constants": [..., NotImplemented, Color, ValueError],
    "classes": [Node(1, [2]), Slotted(1), Point(1), Record("a"), Careful(inner=1), Pair(1), Color.RED, Right.READ, Right(3)],
    "errors": [OrderError(1, reason="r"), FileNotFoundError(2, "no", "f"), ExceptionGroup("g", [KeyError("k")])],
    "aliases": [[1], cyclic()] * 2,
    "machine": [UNBOUND, Packed([UNBOUND, 1]), cursor_over([1, 2]), cursor_over(range(3)), len],
}  # fmt: skip


def documents() -> dict[str, bytes]:
    known = Known()
    shared: list[Any] = [1]
    found = {name: encode(value, codecs=MACHINE_CODECS) for name, value in VALUES.items()}
    found["first"] = encode({"shared": shared}, known=known)
    found["second"] = encode([shared, 2], known=known)
    shared.append(2)
    return {**found, "third": encode(shared, known=known, changed=[shared])}


def test_the_bytes_are_as_they_were(request: pytest.FixtureRequest) -> None:
    """A difference is another format: it needs another version, and a reader of this one."""
    said = "".join(f"{name} {data.hex()}\n" for name, data in documents().items())
    Golden(request.config).check(WRITTEN, said)


def test_what_was_written_is_read() -> None:
    """The file, not what is written today."""
    written = {name: bytes.fromhex(data) for name, data in map(str.split, WRITTEN.read_text(encoding="utf-8").splitlines())}
    for name, value in VALUES.items():
        back = decode(written[name], codecs=MACHINE_CODECS)
        if name != "machine":
            assert difference(value, back) is None
    known = Known()
    first, second, third = (decode(written[name], known=known) for name in ("first", "second", "third"))
    assert third == [1, 2]
    assert first["shared"] is second[0] is third
