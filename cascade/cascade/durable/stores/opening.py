"""The door to the stores: what a URL names. A back end is imported when it is used."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, unquote

from cascade.durable.store import Store
from cascade.errors import NotAStore, Problem, UsageError

__all__ = ["open_url", "parse_options"]

_SYNCHRONOUS = ("full", "normal", "extra")


async def open_url(url: str, *, clock: Callable[[], float], lease_seconds: float, create: bool = True) -> Store:
    """As `cascade.durable.store.open_store`."""
    scheme = re.match(r"([A-Za-z][A-Za-z0-9+.-]+)://", url)
    if scheme is None or scheme[1] == "sqlite":
        from cascade.durable.stores.sqlite import open_sqlite

        options: dict[str, Any] = {"clock": clock, "lease_seconds": lease_seconds, "create": create}
        return await open_sqlite(url, _place_of(url, scheme is not None), **options)
    if scheme[1] in ("postgres", "postgresql"):
        from cascade.durable.stores.postgres import open_postgres

        return await open_postgres(url, clock=clock, lease_seconds=lease_seconds, create=create)
    hint = "a store is a path, `sqlite:///path` or `postgresql://…`"
    raise NotAStore(Problem("CS514", f"there are no stores of the kind `{scheme[1]}`", hint=hint))


def _place_of(url: str, is_url: bool) -> Any:
    from cascade.durable.stores.sqlite_files import Place

    path, mark, query = url.rpartition("?")
    if not mark or not (is_url or re.fullmatch(r"(synchronous|patience)=[\w.]+(&.*)?", query)):  # a path may have a ?
        path, query = url, ""
    if is_url:
        authority, slash, path = path.removeprefix("sqlite://").partition("/")
        if authority or not slash:
            hint = "write `sqlite:///runs.db`, or `sqlite:////var/runs.db` for a path from the root"
            raise NotAStore(Problem("CS514", f"`{url}` names no file", hint=hint))
        path = unquote(path)
    options = parse_options(query, ("synchronous", "patience"))
    synchronous = options.get("synchronous", "full").lower()
    if synchronous not in _SYNCHRONOUS:
        raise UsageError(Problem("CS400", f"`synchronous` is one of {', '.join(_SYNCHRONOUS)}: not `{synchronous}`"))
    return Place(path, synchronous, parse_patience(options))


def parse_options(query: str, known: tuple[str, ...]) -> dict[str, str]:
    """The options of a URL, all of which have to be known."""
    options = dict(parse_qsl(query, keep_blank_values=True))
    for name in options:
        if name not in known:
            raise UsageError(Problem("CS400", f"a store has no option `{name}`", hint=f"there are {', '.join(known)}"))
    return options


def parse_patience(options: dict[str, str]) -> float:
    """Seconds to wait for others."""
    try:
        return max(float(options.get("patience", "10")), 0)
    except ValueError:
        raise UsageError(Problem("CS400", f"`patience` is a number of seconds: not `{options['patience']}`")) from None
