"""The shape of the project: sizes, layers, what each room does not know, and that its map names what is there."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGES = {
    "cascade": ROOT / "cascade/cascade",
    "cascade_compiler": ROOT / "compiler/cascade_compiler",
    "cascade_grammar": ROOT / "grammar/cascade_grammar",
    "cascade_vm": ROOT / "vm/cascade_vm",
}
MAY_IMPORT = {
    "cascade": {"cascade_compiler", "cascade_grammar", "cascade_vm"},
    "cascade_compiler": {"cascade_grammar", "cascade_vm"},
    "cascade_grammar": set[str](),
    "cascade_vm": set[str](),
}
REFERENCE_MAY_NOT_REACH = (
    "cascade_compiler.lowering",
    "cascade_compiler.optimise",
    "cascade_compiler.passes",
    "cascade_compiler.csc",
    "cascade_grammar",
    "cascade_vm.machine",
    "cascade_vm.dispatch",
    "cascade_vm.linker",
    "cascade_vm.operations",
    "cascade_vm.cursors",
    "cascade_vm.opcodes",
    "cascade_vm.verifier",
)
MOST_LINES_OF_A_FILE = 400
MOST_LINES_OF_A_FUNCTION = 60
LONGER_FUNCTIONS = {
    "cascade_vm.dispatch.execute": (210, "the dispatch loop of tier 0: a call for each instruction would double its time"),
}
LONGER_FILES = {
    "cascade_grammar.tree": (560, "the whole syntax tree: declarations of one closed union belong on one page"),
    "cascade_vm.opcodes": (450, "the instruction set is declared once, in one place: declarations and their prose"),
}
"""What is longer than it should be: how long it may be, and why. The numbers may only shrink."""
A_TYPE_ONLY = {("cascade_vm.blueprint", "cascade_vm.opcodes")}
"""Imports that bring the name of a type and nothing that runs."""
MOST_MODULES_OF_AN_IMPORT = 40
MOST_MODULES_OF_OURS = 100
"""What an import loads, which is time at every start. The numbers may only shrink."""
HEAVY = {"lark", "rich", "click", "cascade_compiler.graph", "cascade_grammar.tree", "cascade.reference"}
"""What is not loaded before it is used."""
REFUSED_WORDS = re.compile(r"Manager|Service$|Processor|Helper|Utils?$|^Base[A-Z]|Impl$")
REFUSED_CALLS = {"eval", "exec", "__import__"}
REFUSED_MODULES = {"pickle", "marshal", "shelve", "dill"}
MAY_USE = {
    "cascade.processes": ("pickle", "arguments and results of `compute` tasks, to and from our own child processes"),
    "cascade_vm.generated.stored": (
        "marshal",
        "generated code, which `cascade.code_cache` signs and reads only what it signed",
    ),
}


@cache
def modules() -> dict[str, Path]:
    """Every module of the rooms, by its dotted name."""
    found = {}
    for package, folder in PACKAGES.items():
        for path in sorted(folder.rglob("*.py")):
            parts = path.relative_to(folder).with_suffix("").parts
            found[".".join((package, *parts)).removesuffix(".__init__")] = path
    return found


@cache
def parsed(name: str) -> ast.Module:
    return ast.parse(modules()[name].read_text(encoding="utf-8"))


def is_type_checking(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and isinstance(node.test, ast.Name) and node.test.id == "TYPE_CHECKING"


def statements(nodes: list[ast.stmt]) -> Iterator[ast.AST]:
    """Everything below, without what only a type checker reads."""
    for node in nodes:
        if not is_type_checking(node):
            yield from ast.walk(node)


def imports_of(name: str, everything: bool = True) -> set[str]:
    """The modules that a module imports, wherever in it; ``from a import b`` counts as ``a`` and ``a.b``."""
    tree = parsed(name)
    found: set[str] = set()
    for node in ast.walk(tree) if everything else statements(tree.body):
        match node:
            case ast.Import():
                found |= {alias.name for alias in node.names}
            case ast.ImportFrom(module=str(module), level=0):
                found |= {module, *(f"{module}.{alias.name}" for alias in node.names)}
            case ast.ImportFrom():
                pytest.fail(f"{name} has a relative import in line {node.lineno}")
    return found


def reached_from(name: str) -> set[str]:
    """All modules of the rooms that are imported when this one is, and those that these import, and so on."""
    reached: set[str] = set()
    todo = [name]
    while todo:
        name = todo.pop()
        for found in imports_of(name, everything=False) & modules().keys() - reached:
            if (name, found) not in A_TYPE_ONLY:
                reached.add(found)
                todo.append(found)
    return reached


ALL = sorted(modules())


@pytest.mark.parametrize("name", ALL)
def test_a_file_is_short_and_says_what_it_is(name: str) -> None:
    """At most 400 lines, and a docstring on top."""
    text = modules()[name].read_text(encoding="utf-8")
    most, _ = LONGER_FILES.get(name, (MOST_LINES_OF_A_FILE, ""))
    assert text.count("\n") <= most
    assert name not in LONGER_FILES or text.count("\n") > MOST_LINES_OF_A_FILE, "an exception that is needed no more"
    assert ast.get_docstring(parsed(name)), "no docstring"


def functions() -> Iterator[tuple[str, int]]:
    for name in ALL:
        for node in ast.walk(parsed(name)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                assert node.end_lineno is not None
                yield f"{name}.{node.name}", node.end_lineno - node.lineno + 1


def test_a_function_is_short() -> None:
    """At most 60 lines, save those that are listed with a reason."""
    long = {name: lines for name, lines in functions() if lines > MOST_LINES_OF_A_FUNCTION}
    assert {name: lines for name, lines in long.items() if lines > LONGER_FUNCTIONS.get(name, (0, ""))[0]} == {}
    assert LONGER_FUNCTIONS.keys() <= long.keys(), "an exception that is needed no more"


def test_files_are_small_rooms() -> None:
    """The median file has at most 200 lines."""
    sizes = sorted(path.read_text(encoding="utf-8").count("\n") for path in modules().values())
    assert sizes[len(sizes) // 2] <= 200


@pytest.mark.parametrize("name", ALL)
def test_the_rooms_are_layers(name: str) -> None:
    """cascade > compiler > grammar | vm, for imports inside functions too."""
    room = name.partition(".")[0]
    others = {found.partition(".")[0] for found in imports_of(name)} & PACKAGES.keys() - {room}
    assert others <= MAY_IMPORT[room]


def test_the_reference_shares_nothing_with_the_machine() -> None:
    """Neither directly nor through others does it reach lowering, passes, machine, operations or the language."""
    reached = reached_from("cascade.reference")
    assert {name for name in reached if name.startswith(REFERENCE_MAY_NOT_REACH)} == set()


def test_only_the_parser_knows_lark() -> None:
    """Nobody else imports it."""
    knows = {name for name in ALL if any(found.partition(".")[0] == "lark" for found in imports_of(name))}
    assert {name for name in knows if not name.startswith(("cascade_grammar.parser", "cascade_grammar.parsing"))} == set()
    assert knows


@pytest.mark.parametrize("name", ALL)
def test_no_code_is_read_from_data(name: str) -> None:
    """No pickle, no marshal, no eval or exec, save where that is listed with a reason."""
    allowed, _ = MAY_USE.get(name, ("", ""))
    refused = REFUSED_MODULES - {allowed}
    assert {found.partition(".")[0] for found in imports_of(name)} & refused == set()
    calls = {node.func.id for node in ast.walk(parsed(name)) if isinstance(node, ast.Call) and isinstance(node.func, ast.Name)}
    assert calls & REFUSED_CALLS == set()


@pytest.mark.parametrize("name", ALL)
def test_names_say_something(name: str) -> None:
    """No Manager, Helper, Utils, Base…, …Impl."""
    classes = [node.name for node in ast.walk(parsed(name)) if isinstance(node, ast.ClassDef)]
    assert [word for word in classes if REFUSED_WORDS.search(word)] == []


VM_ALONE = """
import asyncio, sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"lark", "rich", "click", "cascade", "cascade_compiler", "cascade_grammar"}:
            raise ImportError(f"{name} is not installed")

sys.meta_path.insert(0, Refuse())
from cascade_vm.blueprint import Blueprint, Flow, Location, Parameter
from cascade_vm.codec import decode, encode
from cascade_vm.constants import Constant
from cascade_vm.host import Meter
from cascade_vm.machine import Machine
from cascade_vm.opcodes import Branch, Compute, Jump, Return
from cascade_vm.verifier import verify

class Host:
    meter = Meter()
    directs = None
    call = method = apply = attempt = emit = print = skip = sleep = wait = gather = weave = apply = None
    async def pause(self, place): ...
    async def spent(self, what): ...
    def now(self): return 0.0

code = (Compute(1, ">", (0, -1)), Branch(1, 2, 4), Compute(0, "-", (0, -2)), Jump(0), Return(0))
here = (Location(0, 1, 0, 1, 1, "main"),)
flow = Flow("main", (Parameter("n", "int"),), 2, (Constant(0), Constant(1)), code, (0,) * 5, here, variables=("n", None))
blueprint = decode(encode(Blueprint((flow,), files=("main.csc",), entry=0)))
verify(blueprint)
print(asyncio.run(Machine(blueprint, Host()).run(0, [1000])))
"""


def test_the_machine_runs_where_nothing_else_is_installed() -> None:
    """Bytes become a result with neither lark nor the other rooms in reach."""
    done = subprocess.run([sys.executable, "-c", VM_ALONE], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("0\n", "")


def loaded_by(code: str) -> set[str]:
    """The modules that a process has after running some code, those of a bare interpreter aside."""
    script = f"import sys; bare = set(sys.modules)\n{code}\nprint(*sys.modules.keys() - bare)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return set(done.stdout.split())


def test_importing_cascade_loads_little() -> None:
    """The package itself and a few modules of Python: every public name is imported when it is first used."""
    loaded = loaded_by("import cascade")
    assert {name for name in loaded if name.startswith("cascade")} == {"cascade"}
    assert len(loaded) <= MOST_MODULES_OF_AN_IMPORT


def test_writing_down_what_is_to_be_run_loads_no_event_loop() -> None:
    """Nor a compiler: these come with the first run."""
    loaded = loaded_by("from cascade import task, flow, resource, Param, sequence")
    assert loaded & {*HEAVY, "asyncio", "cascade.host"} == set()


def test_using_the_public_names_loads_no_compiler() -> None:
    """Neither lark, the compiler, the command line, the reference nor the code generator."""
    loaded = loaded_by("from cascade import Engine, flow, load, run, task; Engine()")
    assert loaded & {*HEAVY, "cascade_vm.generated"} == set()
    assert len({name for name in loaded if name.startswith("cascade")}) <= MOST_MODULES_OF_OURS


def test_the_public_names_are_on_one_screen() -> None:
    """`cascade/__init__.py` lists them, every one is there, and the file does nothing else."""
    import cascade

    path = modules()["cascade"]
    assert path.read_text(encoding="utf-8").count("\n") <= 100
    assert [name for name in cascade.__all__ if getattr(cascade, name, None) is None] == []
    assert len(set(cascade.__all__)) == len(cascade.__all__)


def test_the_map_names_what_is_there() -> None:
    """Every path in ARCHITECTURE.md, CONTRIBUTING.md and README.md exists; the map has at most 150 lines."""
    assert (ROOT / "ARCHITECTURE.md").read_text(encoding="utf-8").count("\n") <= 150
    names = {path.name for folder in (*PACKAGES.values(), ROOT / "tests", ROOT / "examples") for path in folder.rglob("*")}
    documents = [ROOT / name for name in ("ARCHITECTURE.md", "CONTRIBUTING.md", "README.md", "benchmarks/README.md")]
    missing = [
        f"{document.name}: {path}"
        for document in documents
        for path in re.findall(r"`([\w./-]+/[\w./-]*|[\w-]+\.(?:py|md|toml))`", document.read_text(encoding="utf-8"))
        if not any((base / path).exists() for base in (ROOT, document.parent))
        and path.rstrip("/") not in names
        and not path.startswith(".venv")
        and f"`{path}`:\n\n```" not in document.read_text(encoding="utf-8")  # a file that its reader is told to write
    ]
    assert missing == []


@pytest.mark.parametrize("room", ["grammar", "vm", "compiler", "cascade"])
def test_a_room_has_a_readme_and_is_typed(room: str) -> None:
    """Each room says what it is, and ships `py.typed`."""
    assert (ROOT / room / "README.md").is_file()
    assert list((ROOT / room).glob("*/py.typed"))


def test_tests_are_no_packages() -> None:
    """`--import-mode=importlib` needs no `__init__.py` under tests/."""
    assert list((ROOT / "tests").rglob("__init__.py")) == []


def test_one_factor_measures_all_that_is_drawn() -> None:
    """Sizes of what is random come from `support.effort`, or are said to be fixed; nothing else has a variable for them."""
    texts = {path: path.read_text(encoding="utf-8") for path in (ROOT / "tests").rglob("*.py")}
    lines = [(path.name, line) for path, text in texts.items() for line in text.splitlines()]
    assert [row for row in lines if re.search(r"max_examples=\d", row[1]) and "derandomize=True" not in row[1]] == []
    words = re.compile(r"environ.*CASCADE_(?!EFFORT|STORE|TEST_|CACHE)\w+")
    assert [row for row in lines if words.search(row[1])] == []
