"""What the machine asks of a cache of generated code. It is for the reader and the type checker: nothing is loaded of it."""

from __future__ import annotations

from typing import Protocol

__all__ = ["CodeCache"]


class CodeCache(Protocol):
    """Where generated code is kept between processes. Neither method raises.

    What `fetch` gives is run: it has to be what `keep` was given under that key, by this user and this version of the machine.
    """

    def fetch(self, key: str) -> bytes | None:
        """What was kept under a key; None when it is not there."""

    def keep(self, key: str, data: bytes) -> None:
        """Keep it, for as long as there is room."""
