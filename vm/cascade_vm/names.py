"""Which names a program may reach on a value: public ones, and none that opens up a running frame or its code.

This file knows names, and of values only whether they are texts.
"""

from __future__ import annotations

__all__ = ["INSPECTION_NAMES", "is_public", "opens_attributes"]

INSPECTION_NAMES: frozenset[str] = frozenset(
    (
        "ag_await", "ag_code", "ag_frame", "ag_running", "ag_suspended", "co_argcount", "co_branches", "co_cellvars",
        "co_code", "co_consts", "co_exceptiontable", "co_filename", "co_firstlineno", "co_flags", "co_freevars",
        "co_kwonlyargcount", "co_lines", "co_linetable", "co_lnotab", "co_name", "co_names", "co_nlocals",
        "co_positions", "co_posonlyargcount", "co_qualname", "co_stacksize", "co_varnames", "cr_await", "cr_code",
        "cr_frame", "cr_origin", "cr_running", "cr_suspended", "f_back", "f_builtins", "f_code", "f_generator",
        "f_globals", "f_lasti", "f_lineno", "f_locals", "f_trace", "f_trace_lines", "f_trace_opcodes", "gi_code",
        "gi_frame", "gi_running", "gi_suspended", "gi_yieldfrom", "tb_frame", "tb_lasti", "tb_lineno", "tb_next",
    )
)  # fmt: skip
"""The attributes of frames, code, generators, coroutines and tracebacks. Written out, so that a Blueprint is accepted
or refused alike on every version of Python."""


def is_public(name: str) -> bool:
    """Whether programs may use ``name`` as an attribute or a method."""
    return name.isidentifier() and not name.startswith("_") and name not in INSPECTION_NAMES


def opens_attributes(target: object, name: str) -> bool:
    """Whether ``target.name`` reaches any attribute of any value by a computed name: ``"{0.__class__}".format`` does, also
    when it is only handed on, as the ``key`` of `sorted`."""
    if name not in ("format", "format_map"):
        return False
    return isinstance(target, str) or (isinstance(target, type) and issubclass(target, str))
