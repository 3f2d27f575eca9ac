"""Operations that choose: which state a `Jump` names, which route a value takes, what a pattern sees, what a parameter gets.

They work on values alone and are named in `cascade_vm.operations`; this file knows no flows.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from types import NoneType
from typing import Any, NamedTuple

from cascade_vm.blueprint import Parameter
from cascade_vm.constants import Constant
from cascade_vm.control import Jump, TailCall
from cascade_vm.cursors import cursor_over
from cascade_vm.plain import Packed
from cascade_vm.signature import bind

__all__ = ["OPERATIONS", "PLAIN"]


# --- jumps, tail calls, routes ---------------------------------------------------------------------------------------------


def _plain_value(value: object) -> object:
    """The value of a call that nobody would look for a jump or a tail call in."""
    if isinstance(value, Jump | TailCall):
        kind = type(value).__name__
        raise TypeError(f"a {kind} came from a call that is neither bound to a selector nor the target of the run")
    return value


def _jump_case(value: object, keys: tuple[str, ...]) -> int:
    """The number of the state that a `Jump` names; -1 for any other value."""
    if not isinstance(value, Jump):
        return -1
    try:
        return keys.index(value.target_key)
    except ValueError:
        raise LookupError(f"a jump to {value.target_key!r}, but the selector knows {_listed(keys)}") from None


def _jump_data(value: Jump) -> object:
    return value.data


_Told = tuple[tuple[str, ...], str]
"""How the call of a state is written: the names of the parameters that are given by position, "" for those that can not be
given by name; and the name of the first parameter, if nothing is given by position and that one by name."""


def _jump_arguments(value: Jump, arguments: tuple[object, ...], told: _Told = ((), "")) -> tuple[object, ...]:
    """The positional arguments of the state: data that is no dict is the first one, a dict overrides those that it names."""
    data, (names, first) = value.data, told
    if data is None:
        return arguments
    if isinstance(data, dict):
        named = [data.get(name, old) if name else old for name, old in zip(names, arguments, strict=False)]
        return (*named, *arguments[len(named) :])
    return arguments if first else (data, *arguments[1:])


def _jump_keywords(value: Jump, keywords: dict[str, object], told: _Told = ((), "")) -> dict[str, object]:
    """The keyword arguments of the state: a dict overrides them, other data the first parameter if that is given by name."""
    data, (names, first) = value.data, told
    if isinstance(data, dict):
        return {**keywords, **{name: item for name, item in data.items() if not name or name not in names}}
    return keywords if data is None or not first else {**keywords, first: data}


_Fit = tuple[int, int, tuple[str, ...], tuple[str, ...], tuple[Any, ...]]
"""What arguments fit: so many at least and at most when all are given by position; when all are given by name, the names that
there are and those that have to be given; and the whole signature, as `bind` wants it, for all other calls."""


def _tail_call_case(value: object, fit: _Fit | None = None) -> bool:
    """Whether a value is a `TailCall` of the flow itself, with arguments that fit. Others are for whoever runs the program."""
    if not isinstance(value, TailCall) or value.target is not None:
        return False
    if fit is None:
        return True
    least, most, names, needed, described = fit
    arguments, keywords = value.args, value.kwargs
    try:
        if not keywords and least <= len(arguments) <= most:
            return True
        if not arguments and keywords.keys() <= set(names) and keywords.keys() >= set(needed):
            return True
        bind(_signature(described), arguments, keywords)
    except TypeError:
        return False
    return True


def _tail_arguments(value: TailCall) -> tuple[object, ...]:
    return tuple(value.args)


def _tail_keywords(value: TailCall) -> dict[str, object]:
    return dict(value.kwargs)


def _route_case(value: object, keys: tuple[object, ...]) -> int:
    """The number of the route that a router's selector chose: keys are told apart by type and value."""
    for number, key in enumerate(keys):
        if type(key) is type(value) and key == value:
            return number
    raise LookupError(f"the selector of a router gave {value!r}, but there are routes for {_listed(keys)}")


def _listed(keys: Iterable[object]) -> str:
    return ", ".join(map(repr, keys)) or "nothing"


# --- plain values ----------------------------------------------------------------------------------------------------------

PLAIN = frozenset({NoneType, bool, int, float, str, bytes})
_FLAT = frozenset({tuple, list, set, frozenset})
_FEW = 8
"""Items of a container that is looked through: it should cost less than a call of a task."""


def _are_plain(*values: object) -> bool:
    """Whether values are numbers, texts or None, or small containers of such: what is computed from them runs no code but
    Python's own."""
    return all(type(value) in PLAIN or _is_flat(value) for value in values)


def _is_flat(value: object) -> bool:
    kind = type(value)
    if kind in _FLAT:
        items: Any = value
        return len(items) <= _FEW and all(type(item) in PLAIN for item in items)
    if kind is dict:
        pairs: Any = value
        return len(pairs) <= _FEW and all(type(part) in PLAIN for pair in pairs.items() for part in pair)
    return False


# --- items, patterns, parameters -------------------------------------------------------------------------------------------


def _zip_equal(names: tuple[str, ...], *iterables: object) -> list[tuple[object, ...]]:
    """The items of iterables of one length side by side."""
    columns = [list(cursor_over(each)) for each in iterables]
    lengths = [len(column) for column in columns]
    if len(set(lengths)) > 1:
        listed = ", ".join(f"`{name}` has {length}" for name, length in zip(names, lengths, strict=True))
        raise ValueError(f"a map needs iterables of one length: {listed}")
    return list(zip(*columns, strict=True))


def _is_sequence(value: object) -> bool:
    """What a sequence pattern of `match` looks into."""
    return isinstance(value, Sequence) and not isinstance(value, str | bytes | bytearray)


def _is_mapping(value: object) -> bool:
    return isinstance(value, Mapping)


class _Signature(NamedTuple):
    name: str
    parameters: tuple[Parameter, ...]


_SIGNATURES: dict[int, tuple[tuple[Any, ...], _Signature]] = {}
"""By the identity of the constant, which is kept with it: comparing constants by value takes as long as reading one."""
_MOST_SIGNATURES = 4_096


def _signature(described: tuple[Any, ...]) -> _Signature:
    known = _SIGNATURES.get(id(described))
    if known is not None and known[0] is described:
        return known[1]
    name, parameters = described
    made = _Signature(name, tuple([_parameter(*each) for each in parameters]))
    if len(_SIGNATURES) >= _MOST_SIGNATURES:
        _SIGNATURES.clear()
    _SIGNATURES[id(described)] = (described, made)
    return made


def _parameter(name: str, kind: str, required: bool, *default: object) -> Parameter:
    constant = Constant(default[0]) if default else None
    return Parameter(name, default=constant, computed=not required and constant is None, kind=kind)


def _bind(described: tuple[Any, ...], arguments: list[object], keywords: dict[str, object]) -> Packed:
    """One value a parameter, for a call with ``*`` or ``**``; what `Restore` takes out.

    ``described`` is the flow's name and its parameters, each ``(name, kind, required)``, with its default behind that when
    it is a constant. What the flow computes stays unbound.
    """
    return Packed(bind(_signature(described), arguments, keywords))


OPERATIONS: dict[str, tuple[Callable[..., Any], int, int | None]] = {
    "make_jump": (Jump, 1, 2), "make_tail_call": (TailCall, 0, 3), "are_plain": (_are_plain, 0, None),
    "plain_value": (_plain_value, 1, 1),
    "jump_case": (_jump_case, 2, 2), "jump_data": (_jump_data, 1, 1), "jump_arguments": (_jump_arguments, 2, 3),
    "jump_keywords": (_jump_keywords, 2, 3), "tail_call_case": (_tail_call_case, 1, 2),
    "tail_arguments": (_tail_arguments, 1, 1), "tail_keywords": (_tail_keywords, 1, 1), "route_case": (_route_case, 2, 2),
    "zip_equal": (_zip_equal, 1, None), "is_sequence": (_is_sequence, 1, 1), "is_mapping": (_is_mapping, 1, 1),
    "bind": (_bind, 3, 3),
}  # fmt: skip
"""Function, least and most arguments, by name."""
