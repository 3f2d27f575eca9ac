"""Where the command ``cascade`` starts. A run of a program is most of what it is asked for, and takes no longer than it has to:
its command line is read here when it is a plain one, and what start-up made is kept out of the collector's way.

All other command lines are click's (`cascade.cli.run`), and all that is said about one is said there: click takes a fifth of
the time of a small run.
"""

from __future__ import annotations

import gc
import os
import sys
from collections.abc import Sequence
from typing import Any, Final, NoReturn

__all__ = ["main", "read_plainly"]

_TAKES_A_TEXT: Final = {
    "-p": "parameters", "--params": "params", "--signal": "signals", "--timeout": "timeout", "--json-events": "json_events",
    "--store": "store", "--run-id": "run_id",
}  # fmt: skip
_MANY: Final = ("parameters", "signals")
_SWITCHES: Final = {"--vm": ("use_vm", True), "--interpret": ("use_vm", False), "--no-codegen": ("codegen", False)}
_COMPLETION: Final = "_CASCADE_COMPLETE"
"""By this variable a shell asks click what could be typed next."""


def main(prog_name: str | None = None) -> NoReturn:
    """The command; ends the process. ``prog_name`` is what it is called in what it says."""
    asked = None if os.name == "nt" or _COMPLETION in os.environ else read_plainly(sys.argv[1:])  # Windows expands patterns
    if asked is None:
        from cascade.cli.run import main as commands

        commands(prog_name=prog_name)
        raise SystemExit  # it has ended the process
    from cascade.cli.output import end

    end(lambda: _run(asked))


def read_plainly(words: Sequence[str]) -> dict[str, Any] | None:
    """What `cascade.cli.run.run` would be given for a command line; None when that is click's to say.

    >>> read_plainly(["run", "add.csc", "-p", "a=1"])["parameters"]
    ('a=1',)
    >>> read_plainly(["run", "add.csc", "--help"]) is None
    True
    """
    if words[:1] != ["run"]:
        return None
    named: list[str] = []
    many: dict[str, list[str]] = {name: [] for name in _MANY}
    asked: dict[str, Any] = dict.fromkeys(("params", "level", "timeout", "max_turns", "max_calls", "json_events"))
    asked |= {"use_vm": True, "codegen": True, "store": os.environ.get("CASCADE_STORE") or None, "run_id": None}
    rest = iter(words[1:])
    for word in rest:
        if word in _TAKES_A_TEXT:
            name, text = _TAKES_A_TEXT[word], next(rest, None)
            if text is None:
                return None
            if name in many:
                many[name].append(text)
            else:
                asked[name] = text
        elif word in _SWITCHES:
            name, asked_for = _SWITCHES[word]
            asked[name] = asked_for
        elif not word or word.startswith("-"):
            return None
        else:
            named.append(word)
    if not 1 <= len(named) <= 2:
        return None
    target, flow = (*named, None)[:2]
    return {"target": target, "flow": flow, **asked, **{name: tuple(texts) for name, texts in many.items()}}


def _run(asked: dict[str, Any]) -> int:
    with_collector = gc.isenabled()
    gc.disable()  # imports make no garbage: looking for it takes 5 % of a small run
    from cascade.cli.running import run_target

    gc.freeze()  # what is there now stays to the end, when looking through it takes 10 % of a small run
    if with_collector:
        gc.enable()
    return run_target(**asked)
