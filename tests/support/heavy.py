"""Tasks that run in other processes, which have to find them in a module."""

from __future__ import annotations

import os
import sys
import time
from typing import Any

from cascade.tasks import task


class FragileError(Exception):
    """Pickles, and can not be made again."""

    def __init__(self, one: int, two: int) -> None:
        super().__init__(f"{one} and {two}")


@task(mode="compute")
def where_am_i(n: int) -> tuple[int, int]:
    return os.getpid(), n


@task(mode="compute")
def path_of_imports() -> list[str]:
    return sys.path


@task(mode="compute")
def divide(a: int, b: int) -> float:
    return a / b


@task(mode="compute")
def break_down() -> None:
    raise FragileError(1, 2)


@task(mode="compute")
def give_a_function() -> Any:
    return lambda: 1


@task(mode="compute")
def die() -> None:
    os._exit(7)


@task(mode="compute")
def compute_for_ever() -> None:
    while True:
        time.sleep(0.01)
