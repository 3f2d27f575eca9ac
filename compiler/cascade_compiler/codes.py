"""The codes of this room's diagnostics, CS201 to CS299, with a title each. It knows no text."""

from __future__ import annotations

from typing import Final

__all__ = ["CODES"]

CODES: Final[dict[str, str]] = {
    # names and imports
    "CS201": "a name is declared twice in one file",
    "CS202": "a parameter is declared twice",
    "CS203": "an imported file can not be read",
    "CS204": "files import each other in a circle",
    "CS205": "there is no such Python module",
    "CS206": "a module has no task of that name",
    "CS207": "a file has no flow or constant of that name",
    "CS208": "a state is declared twice",
    "CS210": "a constant is not a constant expression",
    "CS211": "a constant can not be computed",
    "CS212": "a constant would be mutable",
    "CS213": "there is no variable of that name",
    "CS214": "there is no task, flow or function of that name",
    "CS215": "a built-in function of Python that programs do not have",
    "CS216": "a function is used as a value",
    "CS217": "something is called that can not be called",
    "CS218": "a variable has the name of a task, flow or constant",
    "CS219": "a private attribute or method",
    # calls
    "CS220": "a call has too many arguments",
    "CS221": "a call lacks an argument",
    "CS222": "a call names a parameter that is not there",
    "CS223": "a call gives an argument twice",
    "CS224": "`*` or `**` in the call of a flow or state",
    "CS225": "policies on something that is no task or flow",
    "CS226": "a policy has no such setting",
    "CS227": "a policy lacks a setting",
    "CS228": "a setting of a policy has a value that it can not have",
    # types and defaults
    "CS230": "there is no type of that name",
    "CS231": "a type has something wrong between its brackets",
    "CS232": "an argument is not of the declared type",
    "CS233": "a default is not of the declared type",
    "CS234": "a default does more than compute",
    # ways through a flow
    "CS240": "`break` or `continue` outside of a loop",
    "CS241": "there is no loop of that name around",
    "CS242": "two loops, one in the other, have one name",
    "CS243": "`jump` in a flow without states",
    "CS244": "there is no state of that name",
    "CS245": "a state that nothing jumps to",
    "CS246": "the first state needs an argument",
    "CS247": "a parameter of a state has the name of a variable of the flow",
    "CS248": "a way out of a `finally` suite",
    "CS249": "a way out of a branch of a `parallel` block",
    "CS250": "`fail` without a value outside of `except`",
    "CS251": "there is no error of that name",
    "CS252": "two branches write one variable",
    "CS253": "the branches of a parallel comprehension write a variable",
    # expressions
    "CS260": "`:=` to a comprehension's own variable",
    "CS261": "a generator expression outside of a call",
    "CS262": "a duration, limit or name has a value that it can not have",
}
