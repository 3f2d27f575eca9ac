"""Programs of several files."""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from cascade_compiler.csc.project import Build, TaskModuleMissing, build_program
from cascade_grammar.diagnostics import SourceErrors
from cascade_vm.blueprint import Task


def look_up(module: str, folder: Path) -> dict[str, Task]:
    if module == "broken":
        raise ZeroDivisionError("the module fails")
    if module != "tasks":
        raise TaskModuleMissing(module)
    return {"work": Task(f"tasks:work@{folder.name}")}


def write(folder: Path, **files: str) -> Path:
    for name, text in files.items():
        path = folder / f"{name.replace('__', '/')}.csc"
        path.parent.mkdir(exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return folder / "main.csc"


def build(folder: Path, **files: str) -> Build:
    return build_program(write(folder, **files), look_up)


def refusals(folder: Path, **files: str) -> list[str]:
    with pytest.raises(SourceErrors) as refused:
        build(folder, **files)
    return [f"{each.code} {Path(each.source.name).name}: {each.message}" for each in refused.value.diagnostics]


def test_flows_and_constants_come_from_other_files(tmp_path: Path) -> None:
    """Flows keep the name of their file; the same file by two ways is one."""
    found = build(
        tmp_path,
        main='from "./common.csc" import cool as chill, K\nfrom "lib/../lib/deep.csc" import dig\n'
        "flow main(k=K):\n    chill()\n    return dig(K)\n",
        common='from "lib/deep.csc" import dig\nconst K = 5\nflow cool():\n    dig(1)\n    own()\nflow own():\n    pass\n',
        lib__deep="flow dig(n):\n    parallel:\n        n = 1\n",
    )
    assert [flow.name for flow in found.program.flows] == ["main", "common.cool", "common.own", "deep.dig", "deep.dig$1"]
    assert found.program.entry == "main"
    assert [path.name for path in found.files] == ["main.csc", "common.csc", "deep.csc"]
    assert [Path(source.name).name for source in found.sources] == ["main.csc", "common.csc", "deep.csc"]
    (main, *_, dig, branch) = found.program.flows
    default = main.parameters[0].default
    assert default is not None
    assert default.value == 5
    assert (dig.place.flow, branch.place.flow) == ("dig", "dig")


def test_two_files_of_one_name_are_told_apart(tmp_path: Path) -> None:
    """Their flows have names of their own."""
    found = build(
        tmp_path,
        main='from "a/x.csc" import f\nfrom "b/x.csc" import f as g\nfrom "c/x-y.csc" import f as h\nflow main():\n    f()\n',
        a__x="flow f():\n    pass\n",
        b__x="flow f():\n    pass\n",
        **{"c__x-y": "flow f():\n    pass\n"},
    )
    assert [flow.name for flow in found.program.flows] == ["main", "x.f", "x_2.f", "x_y.f"]


def test_modules_are_looked_up_from_the_file_that_names_them(tmp_path: Path) -> None:
    """Only tasks that are called are in the program."""
    found = build(
        tmp_path,
        main='from tasks import work\nfrom "lib/deep.csc" import dig\nflow main():\n    dig()\n',
        lib__deep="from tasks import work\nflow dig():\n    work()\n",
    )
    assert [task.name for task in found.program.tasks] == ["tasks:work@lib"]


def test_everything_that_is_wrong_is_said_at_once(tmp_path: Path) -> None:
    """The main file first; names of a file that can not be read are let pass."""
    found = refusals(
        tmp_path,
        main='from "broken.csc" import a, b\nfrom "wrong.csc" import c, d\nflow main():\n    a(1) + b\n    c(1)\n    x\n',
        broken="flow a(:\n    pass\n",
        wrong="flow c():\n    y\n    z\n",
    )
    assert [line.split(":")[0] for line in found] == [
        "CS207 main.csc", "CS220 main.csc", "CS213 main.csc", "CS102 broken.csc", "CS213 wrong.csc", "CS213 wrong.csc",
    ]  # fmt: skip


def test_circles_are_spelled_out(tmp_path: Path) -> None:
    """Also that of a file with itself."""
    found = refusals(
        tmp_path,
        main='from "a.csc" import f\nflow main():\n    f()\n',
        a='from "b.csc" import g\nflow f():\n    g()\n',
        b='from "a.csc" import f\nfrom "./b.csc" import g as h\nflow g():\n    f()\n    h()\n',
    )
    assert found == [
        "CS204 b.csc: files import each other in a circle: `a.csc` imports `b.csc` imports `a.csc`",
        "CS204 b.csc: files import each other in a circle: `b.csc` imports `b.csc`",
    ]


@pytest.mark.parametrize("kind", ["missing", "folder", "bytes", "private"])
def test_files_that_can_not_be_read_are_named(tmp_path: Path, kind: str) -> None:
    """In one sentence each, where they are imported."""
    other = tmp_path / "other.csc"
    words = {
        "missing": "there is no file `other.csc`",
        "folder": "`other.csc` is a directory, not a file",
        "bytes": "`other.csc` is not a text in UTF-8",
        "private": "`other.csc` can not be read: permission denied",
    }
    match kind:
        case "folder":
            other.mkdir()
        case "bytes":
            other.write_bytes(b"flow f():\n    return '\xff'\n")
        case "private":
            other.touch(mode=0)
            if os.access(other, os.R_OK):
                pytest.skip("this user may read everything")
    assert refusals(tmp_path, main='from "other.csc" import f\nflow main():\n    f()\n') == [f"CS203 main.csc: {words[kind]}"]


def test_what_is_wrong_with_reading_the_main_file_comes_out(tmp_path: Path) -> None:
    """So does what a module raises when it is imported."""
    with pytest.raises(FileNotFoundError):
        build_program(tmp_path / "main.csc", look_up)
    with pytest.raises(ZeroDivisionError):
        build(tmp_path, main="from broken import x\n")


@pytest.mark.parametrize(
    ("text", "entry", "strict"),
    [
        ("", None, False),
        ("flow a():\n    pass\n", "a", False),
        ("strict\nflow a():\n    pass\nflow b():\n    pass\n", None, True),
        ("flow a():\n    pass\nflow main():\n    pass\n", "main", False),
    ],
)
def test_a_program_knows_where_it_begins(tmp_path: Path, text: str, entry: str | None, strict: bool) -> None:
    """With its only flow, or the one called main."""
    program = build(tmp_path, main=text).program
    assert (program.entry, program.strict) == (entry, strict)
