"""`@cs.flow`: what a decorated function is, when it is compiled, and what its programs hold."""
# mypy: disable-error-code="no-any-return"

from __future__ import annotations

import asyncio
import importlib
import inspect
import subprocess
import sys
import threading
import typing
from datetime import timedelta
from pathlib import Path
from typing import Any, assert_type

import pytest
from cascade_vm.codec import decode, encode
from cascade_vm.listing import format_listing, parse_listing

import cascade as cs

ENGINES = pytest.mark.parametrize("use_vm", [True, False], ids=["machine", "reference"])
SEEN: list[object] = []
STEP = 2


@cs.task
def shout(text: str) -> str:
    return text.upper()


@cs.task
async def double(number: int) -> int:
    await asyncio.sleep(0)
    return 2 * number


class OutOfStock(Exception):  # noqa: N818 - a word of the user's
    def __init__(self, item: str) -> None:
        super().__init__(f"no {item} left")
        self.item = item


@cs.flow
def greet(name: str, *others: str, mark: str = "!") -> str:
    """Say hello.

    To all.
    """
    return shout(name) + mark + "".join(others)


@cs.flow
async def doubled(number: int) -> int:
    first = await double(number)
    return first + double(1)


@cs.flow
def is_even(n: int) -> bool:
    if n == 0:
        return True
    return is_odd(n - 1)


@cs.flow
def is_odd(n: int) -> bool:
    if n == 0:
        return False
    return is_even(n - 1)


@cs.flow
def depth(n: int) -> int:
    if n == 0:
        return 0
    return 1 + depth(n - 1)


@cs.flow
def stepped(n: int) -> int:
    return n + STEP


@cs.flow
def buy(item: str) -> str:
    try:
        if item == "pear":
            raise OutOfStock(item)
        return item
    except OutOfStock as error:
        return str(error)


# --- values --------------------------------------------------------------------------------------------------------------


@ENGINES
def test_flows_run(use_vm: bool) -> None:
    """Tasks are called, whatever kind they are; arguments are bound as Python binds them."""
    assert cs.run(greet("ann", "x", "y", mark="?"), use_vm=use_vm) == "ANN?xy"
    assert cs.run(doubled(4), use_vm=use_vm) == 10
    assert cs.run(stepped(1), use_vm=use_vm) == 3


@ENGINES
def test_flows_call_flows_that_come_later(use_vm: bool) -> None:
    """In tail position for as long as they like, elsewhere deeper than Python's own stack."""
    turns = 100_000 if use_vm else 5_000
    assert cs.run(is_even(turns), use_vm=use_vm)
    assert cs.run(depth(turns), use_vm=use_vm) == turns


def test_tail_calls_take_no_room() -> None:
    """Frames of flows that ended with a call of another are gone."""
    import tracemalloc

    def peak(rounds: int) -> int:
        tracemalloc.start()
        try:
            cs.run(is_even(rounds))
            return tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()

    peak(10)
    assert peak(200_000) < peak(2_000) + 50_000


@ENGINES
def test_errors_of_the_user_are_raised_and_caught(use_vm: bool) -> None:
    """Classes of errors are used as they are."""
    assert cs.run(buy("pear"), use_vm=use_vm) == "no pear left"


@ENGINES
def test_flows_run_side_by_side(use_vm: bool) -> None:
    """`map` on a flow, outside and inside of one."""
    assert cs.run(stepped.map(n=[1, 2, 3]), use_vm=use_vm) == [3, 4, 5]
    assert cs.run([stepped(1), greet("a")], use_vm=use_vm) == [3, "A!"]
    assert cs.run(greet(greet("a"), mark=""), use_vm=use_vm) == "A!"


def test_tasks_of_a_function_around_are_found() -> None:
    """Each call of the function around has tasks of its own, though their names are the same."""

    def make(factor: int) -> Any:
        @cs.task
        def times(n: int) -> int:
            return factor * n

        @cs.flow
        def both(n: int) -> int:
            return times(n) + n

        return both

    two, three = make(2), make(3)
    assert (cs.run(two(10)), cs.run(three(10))) == (30, 40)

    @cs.flow
    def together(n: int) -> list[int]:
        return [two(n), three(n)]

    assert cs.run(together(1)) == [3, 4]
    assert len({flow.name for flow in together.program().flows}) == 3
    assert [task.name.partition("#")[2] for task in together.program().tasks] == ["", "2"]


def test_a_flow_of_the_language_can_be_called(tmp_path: Path) -> None:
    """It comes with its whole program."""
    (tmp_path / "lib.csc").write_text("flow up(n: int) -> int:\n    return again(n) + 1\nflow again(n):\n    return n\n")
    lib = cs.load(tmp_path / "lib.csc")
    up: Any = lib.up

    @cs.flow
    def twice(n: int) -> int:
        return up(n) + lib_up(n)

    lib_up = up
    assert cs.run(twice(3)) == 8
    assert cs.run(twice(3), use_vm=False) == 8


# --- what is compiled, and when ------------------------------------------------------------------------------------------


def test_a_global_that_changed_is_compiled_in_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a flow sees is the module as it is when the run begins."""
    assert cs.run(stepped(1)) == 3
    before = stepped.material
    assert stepped.material is before
    monkeypatch.setattr(sys.modules[__name__], "STEP", 5)
    assert cs.run(stepped(1)) == 6
    assert stepped.material is not before


def test_a_flow_that_was_defined_again_is_called() -> None:
    """So is one that a called flow leads to."""

    @cs.flow
    def low() -> int:
        return 1

    @cs.flow
    def middle() -> int:
        return low()

    @cs.flow
    def high() -> int:
        return middle() + 0

    assert cs.run(high()) == 1

    @cs.flow  # type: ignore[no-redef]
    def low() -> int:  # noqa: F811
        return 2

    assert cs.run(high()) == 2


def test_two_modules_make_one_program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They may import each other: the names are looked up when a flow runs."""
    (tmp_path / "one_h4.py").write_text(
        "import cascade as cs\nimport two_h4\n@cs.flow\ndef down(n):\n    return n if n <= 0 else two_h4.step(n)\n"
    )
    (tmp_path / "two_h4.py").write_text(
        "import cascade as cs\nimport one_h4\n@cs.flow\ndef step(n):\n    return one_h4.down(n - 1)\n"
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    one = importlib.import_module("one_h4")
    assert cs.run(one.down(7)) == 0
    program = one.down.program()
    assert [flow.name for flow in program.flows] == ["one_h4:down", "two_h4:step"]
    assert program.entry == "one_h4:down"


def test_a_program_of_python_is_data_like_any_other() -> None:
    """Its names survive each form of a Blueprint."""
    blueprint = is_even.material.blueprint
    assert decode(encode(blueprint)) == blueprint
    assert parse_listing(format_listing(blueprint)) == blueprint


def test_threads_may_ask_at_the_same_time() -> None:
    """The first run of a flow in several threads makes one program."""

    @cs.flow
    def counted(n: int) -> int:
        return stepped(n) + 1

    found: list[Any] = []
    gate = threading.Barrier(4)

    def ask() -> None:
        gate.wait()
        found.append((counted.material, cs.run(counted(1))))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(material) for material, _ in found}) == 1
    assert {value for _, value in found} == {4}


def test_annotations_are_for_people_and_the_command_line() -> None:
    """Python does not check them either."""
    anything: Any = greet
    assert cs.run(anything("a", "b", mark="")) == "Ab"
    wrong: Any = stepped
    assert cs.run(wrong(0.5)) == 2.5
    assert stepped.current.flow.signature.endswith("stepped(n: int) -> int")


# --- what it is to Python ------------------------------------------------------------------------------------------------


def test_a_flow_looks_like_its_function() -> None:
    """For `inspect`, editors and documentation."""
    assert (greet.__name__, greet.__qualname__, greet.__module__) == ("greet", "greet", __name__)
    assert greet.__doc__ == greet.fn.__doc__
    assert greet.doc == "Say hello.\n\nTo all."
    assert str(inspect.signature(greet)) == "(name: 'str', *others: 'str', mark: 'str' = '!') -> 'str'"
    assert greet.fn is inspect.unwrap(greet)
    assert [parameter.kind for parameter in greet.parameters] == ["either", "rest", "keyword"]
    assert repr(greet) == "<flow greet>"
    assert greet.name == f"{__name__}:greet"
    assert typing.get_type_hints(greet)["mark"] is str


def test_arguments_are_bound_at_the_call() -> None:
    """With the line of the call, in Python's words."""
    with pytest.raises(TypeError, match=r"stepped\(\) missing 1 required positional argument: 'n'") as caught:
        stepped()  # type: ignore[call-arg]
    assert isinstance(caught.value, cs.ArgumentError)
    assert __file__ in str(caught.value)
    assert greet.bind("a", "b", mark="?") == ["a", ("b",), "?"]


def test_a_flow_can_be_a_method() -> None:
    """It gets the instance first."""

    class Shop:
        def __init__(self) -> None:
            self.town = "Rome"

        @cs.flow
        def label(self, item: str) -> str:
            return self.town + " " + item

        @staticmethod
        @cs.flow
        def plain(item: str) -> str:
            return item + "."

    assert cs.run(Shop().label("pear")) == "Rome pear"
    assert cs.run(Shop.plain("pear")) == "pear."


def test_a_name_can_be_given() -> None:
    """For events, graphs in JSON, and tail calls."""

    @cs.flow(name="watch")
    def some() -> int:
        return 1

    @cs.flow(name="shop:watch")
    def other() -> int:
        return 2

    assert (some.name, other.name) == (f"{__name__}:watch", "shop:watch")
    assert cs.run([some(), other()]) == [1, 2]


class Callable_:  # noqa: N801 - a class that is refused
    pass


@pytest.mark.parametrize(
    ("made_of", "said"),
    [
        (shout, "the task `shout`"),
        (greet, "`greet`, which is a flow already"),
        (Callable_, "the class `Callable_`"),
        (len, "`len`, which has no Python source"),
        (lambda x: x, "a lambda"),
        (staticmethod(len), "a staticmethod"),
        (7, r"a value \(int\)"),
    ],
)
def test_only_functions_are_made_flows(made_of: Any, said: str) -> None:
    """What else is decorated is refused, with the place."""
    with pytest.raises(cs.CompileError, match=said) as caught:
        cs.flow(made_of)
    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "CS420"
    assert diagnostic.place.startswith(__file__)


def test_refusals_come_at_decoration() -> None:
    """Each with its code and its place."""
    with pytest.raises(cs.CompileError) as caught:

        @cs.flow
        def reads() -> int:
            return len(SEEN)

    (diagnostic,) = caught.value.diagnostics
    assert diagnostic.code == "CS270"
    assert diagnostic.source.text[diagnostic.span.start : diagnostic.span.end] == "SEEN"


def test_a_name_that_is_never_defined_is_refused_at_the_run() -> None:
    """Until then it could still be."""

    @cs.flow
    def calls() -> int:
        return nowhere()  # type: ignore[name-defined] # noqa: F821

    with pytest.raises(cs.CompileError) as caught:
        cs.run(calls())
    assert [problem.code for problem in caught.value.problems] == ["CS280"]


@pytest.mark.parametrize("word", ["sleep", "wait", "emit", "timeout", "fail", "gather"])
def test_words_of_flows_mean_nothing_elsewhere(word: str) -> None:
    """A call of one outside of a flow would do nothing: it is refused."""
    with pytest.raises(cs.UsageError, match="CS421"):
        getattr(cs, word)("x")


@ENGINES
def test_words_of_flows_ask_the_run(use_vm: bool) -> None:
    """Pauses, events, signals, side by side, failure."""

    @cs.flow
    async def words() -> object:
        await cs.sleep(0)
        cs.emit("began", 1)
        value = await cs.wait("go", timeout=10)
        try:
            cs.fail([value])
        except cs.FlowFailed as error:
            caught = str(error)
        first, second = cs.gather(double(1), shout("a"))
        return [value, caught, first, second]

    signals = cs.Signals()
    signals.send("go", 5)
    heard: list[Any] = []
    assert cs.run(words(), use_vm=use_vm, signals=signals, listener=heard.append) == [5, "[5]", 2, "A"]
    assert "began" in [getattr(event, "name", None) for event in heard]


def test_type_checkers_see_the_signature() -> None:
    """Arguments, results (of an `async def` what it returns), and what running a call gives."""
    assert_type(greet("a", mark="?"), cs.LazyResult[str])
    assert_type(doubled(1), cs.LazyResult[int])
    assert_type(stepped.map(n=[1]), cs.LazyResult[list[int]])
    assert_type(cs.run(doubled(1).with_retry(2)), int)

    async def main() -> None:
        assert_type(await cs.arun(greet("a")), str)

    asyncio.run(main())


def test_defaults_are_what_python_computed() -> None:
    """Whatever computed them: a flow reads their values, not their text."""

    @cs.flow
    def pause(every: timedelta = timedelta(minutes=1), name: str = ", ".join(sorted(["b", "a"]))) -> str:
        return f"{name} {every.total_seconds()}"

    assert cs.run(pause()) == pause.fn() == "a, b 60.0"


# --- the compiler comes late ---------------------------------------------------------------------------------------------


def test_the_compiler_is_loaded_by_the_first_flow() -> None:
    """Neither `import cascade` nor a task loads it."""
    program = (
        "import sys, cascade as cs\n"
        "cs.task, cs.flow, cs.run, cs.sleep, cs.LazyResult\n"
        "print([n for n in sys.modules if n.startswith(('cascade_compiler.python', 'cascade_compiler.csc', 'lark'))])\n"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"
