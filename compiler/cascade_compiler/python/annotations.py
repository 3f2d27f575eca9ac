"""Annotations to types as `.csc` writes them: what can be said there is said, all else is ``any``."""

from __future__ import annotations

import ast

__all__ = ["type_of"]

_PLAIN = {
    "int": "int", "float": "float", "str": "str", "bytes": "bytes", "bool": "bool", "None": "None", "Any": "any",
    "object": "any", "timedelta": "duration",
}  # fmt: skip
_GENERIC = {
    "list": ("list", 1), "List": ("list", 1), "set": ("set", 1), "Set": ("set", 1), "frozenset": ("frozenset", 1),
    "FrozenSet": ("frozenset", 1), "dict": ("dict", 2), "Dict": ("dict", 2),
}  # fmt: skip


def type_of(annotation: ast.expr | None) -> str:
    """The text of a type; "any" where nothing is written, or what `.csc` has no word for."""
    return "any" if annotation is None else _type(annotation)


def _type(written: ast.expr) -> str:
    match written:
        case ast.Constant(value=None):
            return "None"
        case ast.Constant(value=str(text)):
            return _of_text(text)
        case ast.Name(id=name) | ast.Attribute(attr=name):
            return _PLAIN.get(name) or (_GENERIC[name][0] if name in _GENERIC else "tuple" if name in _TUPLES else "any")
        case ast.BinOp(left=left, op=ast.BitOr(), right=right):
            return _union([_type(left), _type(right)])
        case ast.Subscript(value=ast.Name(id=name) | ast.Attribute(attr=name), slice=inside):
            return _subscript(name, list(inside.elts) if isinstance(inside, ast.Tuple) else [inside])
        case _:
            return "any"


_TUPLES = ("tuple", "Tuple")


def _of_text(text: str) -> str:
    try:
        return _type(ast.parse(text.strip(), mode="eval").body)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return "any"


def _subscript(name: str, inside: list[ast.expr]) -> str:
    if name == "Optional":
        return _union([*map(_type, inside), "None"])
    if name == "Union":
        return _union(list(map(_type, inside)))
    if name == "Annotated":
        return _type(inside[0])
    if name in _TUPLES:
        match inside:
            case [item, ast.Constant(value=rest)] if rest is ...:
                return f"tuple[{_type(item)}, ...]"
            case [*items] if items and not any(isinstance(item, ast.Tuple) for item in items):
                return f"tuple[{', '.join(map(_type, items))}]"
        return "tuple"
    word, count = _GENERIC.get(name, ("any", -1))
    return f"{word}[{', '.join(map(_type, inside))}]" if len(inside) == count else word


def _union(members: list[str]) -> str:
    if "any" in members:
        return "any"
    return " | ".join(dict.fromkeys(members)) or "any"
