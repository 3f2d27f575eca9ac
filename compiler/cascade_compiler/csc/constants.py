"""Expressions that are computed when a file is compiled: the values of ``const`` and of constant defaults.

What they mean is Python's, through the operations of the machine room. What would take long or much memory is refused.
"""

from __future__ import annotations

from collections.abc import Mapping

from cascade_compiler.csc.symbols import ConstSymbol, Symbol
from cascade_grammar import tree
from cascade_grammar.spans import Span
from cascade_vm.operations import OPERATIONS

__all__ = ["ConstantFails", "NotConstant", "evaluate", "is_constant_expression"]

_UNARY = {"-": "neg", "+": "pos", "~": "invert", "not": "not"}
_CALLABLE = frozenset(
    ("abs", "all", "any", "bin", "bool", "chr", "complex", "divmod", "float", "frozenset", "hex", "int", "len", "max", "min",
     "oct", "ord", "pow", "repr", "round", "sorted", "str", "sum", "tuple")
)  # fmt: skip
_MOST_BITS = 100_000
_MOST_ITEMS = 1_000_000


class NotConstant(Exception):  # noqa: N818 - says what an expression is, and is always caught
    """An expression that only a run can compute. ``span`` is the part that is to blame."""

    code = "CS210"

    def __init__(self, span: Span, reason: str) -> None:
        super().__init__(reason)
        self.span = span
        self.reason = reason


class ConstantFails(NotConstant):
    """A constant expression whose computation raises."""

    code = "CS211"


def is_constant_expression(expression: tree.Expression, names: Mapping[str, Symbol]) -> bool:
    """Whether ``evaluate`` gives a value."""
    try:
        evaluate(expression, names)
    except NotConstant:
        return False
    return True


def evaluate(expression: tree.Expression, names: Mapping[str, Symbol]) -> object:
    """The value of a constant expression; it may be mutable. Raises `NotConstant`."""
    return _Evaluator(names).value(expression)


class _Evaluator:
    def __init__(self, names: Mapping[str, Symbol]) -> None:
        self._names = names

    def value(self, expression: tree.Expression) -> object:
        match expression:
            case tree.Number() | tree.Duration() | tree.Literal():
                return expression.value
            case tree.Name(id=name):
                symbol = self._names.get(name)
                if isinstance(symbol, ConstSymbol):
                    return symbol.constant.value
                raise NotConstant(expression.span, f"`{name}` is not a constant")
            case tree.Unary(operator=operator, operand=operand):
                return self._operate(expression.span, _UNARY[operator], self.value(operand))
            case tree.Binary():
                return self._binary(expression)
            case tree.Comparison():
                return self._comparison(expression)
            case tree.Logical() | tree.Conditional():
                return self._choice(expression)
            case tree.TupleDisplay(items=items):
                return tuple(self._items(items))
            case tree.ListDisplay(items=items):
                return self._items(items)
            case tree.SetDisplay(items=items):
                return self._operate(expression.span, "build_set", *self._items(items))
            case tree.DictDisplay(items=entries):
                return self._dict(expression.span, entries)
            case tree.FString(parts=parts):
                return "".join(part if isinstance(part, str) else self._replacement(part) for part in parts)
            case tree.Subscript(value=value, index=index):
                return self._operate(expression.span, "[]", self.value(value), self.value(index))
            case tree.Slice():
                bounds = (expression.start, expression.stop, expression.step)
                return slice(*(None if bound is None else self.value(bound) for bound in bounds))
            case tree.Call(function=tree.Name(id=name), policies=()) if name in _CALLABLE and name not in self._names:
                return self._call(expression, name)
        raise NotConstant(expression.span, "this is not a constant expression")

    def _operate(self, span: Span, operation: str, *arguments: object) -> object:
        _refuse_what_is_large(span, operation, arguments)
        try:
            return OPERATIONS[operation].function(*arguments)
        except Exception as error:
            raise ConstantFails(span, f"this can not be computed: {type(error).__name__}: {error}") from error

    def _binary(self, expression: tree.Binary) -> object:
        spine = [expression]
        while isinstance(spine[-1].left, tree.Binary):
            spine.append(spine[-1].left)
        left = self.value(spine[-1].left)
        while spine:
            step = spine.pop()
            left = self._operate(step.span, step.operator, left, self.value(step.right))
        return left

    def _comparison(self, expression: tree.Comparison) -> object:
        left = self.value(expression.first)
        result: object = True
        for operator, part in expression.rest:
            right = self.value(part)
            result = self._operate(expression.span, operator, left, right)
            if not result:
                return result
            left = right
        return result

    def _choice(self, expression: tree.Logical | tree.Conditional) -> object:
        if isinstance(expression, tree.Conditional):
            return self.value(expression.then if self.value(expression.condition) else expression.otherwise)
        result: object = None
        for operand in expression.operands:
            result = self.value(operand)
            if bool(result) == (expression.operator == "or"):
                break
        return result

    def _items(self, items: tuple[tree.Expression, ...]) -> list[object]:
        found: list[object] = []
        for item in items:
            if isinstance(item, tree.Starred):
                self._operate(item.span, "extend", found, self.value(item.value))
            else:
                found.append(self.value(item))
        return found

    def _dict(self, span: Span, entries: tuple[tree.DictItem, ...]) -> object:
        found: dict[object, object] = {}
        for entry in entries:
            if entry.key is None:
                self._operate(entry.span, "update_dict", found, self.value(entry.value))
            else:
                self._operate(entry.span, "put", found, self.value(entry.key), self.value(entry.value))
        return found

    def _replacement(self, part: tree.Replacement) -> str:
        if part.debug is not None or part.spec is not None:
            raise NotConstant(part.span, "an f-string with a format is not a constant expression")
        return str(self._operate(part.span, "format_value", self.value(part.value), part.conversion, ""))

    def _call(self, expression: tree.Call, name: str) -> object:
        if any(argument.form for argument in expression.arguments):
            raise NotConstant(expression.span, "this is not a constant expression")
        arguments = [self.value(argument.value) for argument in expression.arguments]
        return self._operate(expression.span, name, *arguments)


def _refuse_what_is_large(span: Span, operation: str, arguments: tuple[object, ...]) -> None:
    match operation, arguments:
        case ("**" | "pow", (int() as base, int() as exponent)):
            large = base.bit_length() * exponent > _MOST_BITS
        case ("<<", (int(), int() as places)):
            large = places > _MOST_BITS
        case ("*", (int() as left, int() as right)):
            large = left.bit_length() + right.bit_length() > _MOST_BITS
        case ("*", (str() | bytes() | list() | tuple() as items, int() as times)):
            large = len(items) * times > _MOST_ITEMS
        case ("*", (int() as times, str() | bytes() | list() | tuple() as items)):
            large = len(items) * times > _MOST_ITEMS
        case ("%", (str() | bytes(), _)):
            large = True  # a width in it may be any number
        case _:
            large = False
    if large:
        raise NotConstant(span, "this is too large to be computed when the file is compiled")
