"""Ordinary Python functions mean as flows what they mean as functions: CPython is the oracle.

With more than the usual effort (see `support.effort`) the calls of each function are new ones each time.
``python benchmarks/corpus.py FOLDER`` says what becomes of other people's functions.
"""

from __future__ import annotations

import pytest
from cascade.errors import CompileError
from cascade_compiler.lowering import lower
from cascade_compiler.optimise import optimise
from support.corpus import Report, decorated, observe
from support.corpus_check import EXAMPLES, FEW, MODULES, check_corpus_module, check_functions, compare, corpus_module
from support.corpus_engines import engines_of, make_flow
from support.kept_code import HOSTS, check_kept

import cascade as cs

LEAST = 180
"""Functions that the corpus has, at least."""
REFUSED = {
    "interpreters.describe": ["CS272"],
    "number_theory.classify_number": ["CS272"],
    "interpreters.parse_time": ["CS272"],
    "simulation.bank": ["CS272"],
}
"""What the corpus has that flows refuse: function -> codes."""


@pytest.mark.parametrize("name", MODULES)
def test_flows_mean_what_the_functions_mean(name: str) -> None:
    """Value, error, cause, changed arguments and output are CPython's on both engines; what is refused is known.

    The arguments are such that each function returns from some calls, and that many raise on others, in several ways: few
    calls do not show that.
    """
    report = check_corpus_module(name)
    print(*report.lines(everything=True), sep="\n")
    assert report.wrong == {}, "\n".join(report.lines())
    assert report.refused == {key: codes for key, codes in REFUSED.items() if key.startswith(f"{name}.")}, report.said
    reached = report.reached
    if EXAMPLES < FEW:
        return
    assert [each for each, reach in reached.items() if not reach.returned] == []
    assert sum(bool(reach.raised) for reach in reached.values()) > len(reached) / 2
    assert len({error for reach in reached.values() for error in reach.errors}) >= 8


def test_the_corpus_is_large_and_few_of_it_is_refused() -> None:
    """The three numbers: at least 95 of 100 functions are accepted."""
    total = Report()
    for name in MODULES:
        module, functions, inputs = corpus_module(name)
        assert list(functions) == list(inputs), name
        total += check_functions(module, functions, {}, 0)
    print(*total.lines(), sep="\n")
    accepted, refused, wrong = total.numbers
    assert accepted >= LEAST
    assert refused <= 0.05 * (accepted + refused)
    assert wrong == 0


@pytest.mark.parametrize("name", MODULES)
def test_all_generated_code_can_be_kept(name: str) -> None:
    """Every function of every flow comes back from its bytes as it was."""
    module, functions, _ = corpus_module(name)
    for flow in decorated(module, functions, make_flow).values():
        try:
            blueprint = optimise(lower(flow.program()))
        except (AttributeError, CompileError):  # it is refused
            continue
        assert check_kept(blueprint, HOSTS[1:2]) > 0


def test_a_difference_is_seen_and_made_small() -> None:
    """The harness notices a wrong value, a wrong type, another error, an argument that is not changed, and output."""
    _, functions, inputs = corpus_module("sorting")
    sort = functions["bubble_sort"]
    wrong = {
        "value": lambda items: [*sort(items), None][: len(items) + (len(items) > 2)],
        "type": lambda items: tuple(sort(items)) or items,
        "error": lambda items: sort(items) if items else [][0],
        "argument": lambda items: sort(list(items)),
        "output": lambda items: print(end="?") or sort(items),
    }
    for what, twin in wrong.items():
        assert compare(sort, {what: twin}, inputs["bubble_sort"], 50) is not None, what
    assert compare(sort, {"itself": sort}, inputs["bubble_sort"], 50) is None


DIRECTED = {
    "a spread argument that is not iterable is told with the function's name": ("matrices", "transpose", [None]),
    "a generator's consumer fails before its error": ("statistics_", "weighted_mean", ["seven", [0, 0, 0]]),
}
"""Calls that flows got wrong once."""


@pytest.mark.parametrize("call", DIRECTED)
def test_errors_are_the_same_on_each_engine(call: str) -> None:
    """Which error it is, and its words."""
    name, function, arguments = DIRECTED[call]
    module, functions, _ = corpus_module(name)
    engines = engines_of(decorated(module, functions, make_flow)[function])
    expected = observe(functions[function], (arguments, {}))
    assert [engine for engine, run in engines.items() if observe(run, (arguments, {})) != expected] == []


@pytest.mark.parametrize("use_vm", [True, False])
def test_run_lets_stop_iteration_out(use_vm: bool) -> None:
    """As the function does that the flow is made of."""
    module, functions, _ = corpus_module("searching")
    flow = decorated(module, functions, make_flow)["second_of"]
    with pytest.raises(StopIteration) as caught:
        cs.run(flow([]), use_vm=use_vm)
    assert [entry.name for entry in caught.traceback][-1] == "second_of"
    assert caught.value.__context__ is None


@pytest.mark.parametrize("use_vm", [True, False])
def test_run_changes_the_arguments_themselves(use_vm: bool) -> None:
    """`cascade.run` hands on the very lists that it is given, prints, and raises what the function raises."""
    module, functions, _ = corpus_module("sorting")
    flows = decorated(module, functions, make_flow)
    items = [3, 1, 2]
    assert cs.run(flows["bubble_sort"](items), use_vm=use_vm) is items
    assert items == [1, 2, 3]
    with pytest.raises(ValueError, match=r"^range too large: 0\.\.5000$"):
        cs.run(flows["counting_sort"]([0, 5000]), use_vm=use_vm)
