"""Puts a payload, sound or not, into a file whose header and checksum are right."""

from __future__ import annotations

import hashlib

from cascade_vm.codec import MAGIC, VERSION


def seal(payload: bytes, version: int = VERSION) -> bytes:
    """The file around ``payload``."""
    data = MAGIC + version.to_bytes(2, "big") + len(payload).to_bytes(8, "big") + payload
    return data + hashlib.sha256(data).digest()
