"""Whose code a stack frame runs: the user's, ours, or that of Python's own library."""

from __future__ import annotations

import os
import sysconfig
from collections.abc import Callable, Iterable
from functools import lru_cache
from typing import TypeVar

import cascade_vm

__all__ = ["MOST_FRAMES", "is_machinery", "is_ours", "user_part"]

T = TypeVar("T")

MOST_FRAMES = 60
"""More frames of flows than these are shown by their ends: a run may fail a quarter of a million calls deep."""

_OURS = tuple(os.path.dirname(os.path.abspath(path)) + os.sep for path in (__file__, cascade_vm.__file__) if path is not None)
_PYTHONS = os.path.abspath(sysconfig.get_paths()["stdlib"]) + os.sep
_PACKAGES = tuple({os.path.abspath(sysconfig.get_paths()[key]) + os.sep for key in ("purelib", "platlib")})


@lru_cache(1024)
def is_ours(file: str) -> bool:
    """Whether a file is one of Cascade's."""
    return os.path.abspath(file).startswith(_OURS)


@lru_cache(1024)
def is_machinery(file: str) -> bool:
    """Whether a file is one of Cascade's or of Python's own library."""
    if file.startswith("<frozen"):
        return True
    path = os.path.abspath(file)
    return path.startswith(_OURS) or (path.startswith(_PYTHONS) and not path.startswith(_PACKAGES))


def user_part(frames: Iterable[T], file_of: Callable[[T], str]) -> list[T]:
    """The frames from the first one of the user's on: what user code called belongs to the story, whoever wrote it."""
    kept = list(frames)
    for index, frame in enumerate(kept):
        if not is_machinery(file_of(frame)):
            return [one for one in kept[index:] if not is_ours(file_of(one))]
    return []
