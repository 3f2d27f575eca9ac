"""Generated code on disk: it is used when it is there, and whatever is wrong with it, nothing runs but the program."""

from __future__ import annotations

import asyncio
import marshal
import os
import subprocess
import sys
import traceback
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from hashlib import sha256
from hmac import digest
from pathlib import Path
from types import CodeType
from typing import Any

import pytest
from cascade_vm.generated.generator import Generator
from support.commands import run_command

import cascade as cs
from cascade import cache_folder, code_cache, program, secret

PROGRAM = """\
flow main(n: int) -> int:
    total = 0
    for x in range(n):
        if x % 3 == 0:
            total += x
        else:
            total -= 1
    return total


flow fails(n: int) -> int:
    total = 0
    for x in range(n):
        total += len("é" * 2) // (n - 1 - x)
    return total
"""
N = 6_000
RIGHT = sum(x if x % 3 == 0 else -1 for x in range(N))
Run = Callable[..., int]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program; a cache and a key of its own. The machine is taken to be as old as it was when this process began."""
    (tmp_path / "program.csc").write_text(PROGRAM, encoding="utf-8")
    monkeypatch.setenv("CASCADE_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.delenv("CASCADE_CACHE", raising=False)
    monkeypatch.setattr(cache_folder, "last_change", lambda room: 1)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture
def run(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Loads the program anew and runs it until it has generated code; gives how many functions were generated."""
    count = 0
    generate = Generator.generate

    def counted(*arguments: Any) -> Any:
        nonlocal count
        count += 1
        return generate(*arguments)

    monkeypatch.setattr(Generator, "generate", counted)

    def once() -> int:
        nonlocal count
        count = 0
        assert cs.run(cs.load("program.csc")["main"](N)) == RIGHT
        return count

    return once


def entries(folder: Path) -> list[Path]:
    return sorted((folder / "cache").glob("*.code"))


def key_file(folder: Path) -> Path:
    return folder / "state/cascade/code.key"


def test_code_is_generated_once(run: Run, folder: Path) -> None:
    """Its entries have the names of digests, and nobody else can read the key."""
    assert run() > 0
    made = entries(folder)
    assert made
    assert run() == 0
    assert entries(folder) == made
    assert (key_file(folder).stat().st_mode & 0o777, key_file(folder).stat().st_size) == (0o600, 32)
    assert (folder / "state/cascade").stat().st_mode & 0o777 == 0o700
    assert (folder / "cache").stat().st_mode & 0o777 == 0o700
    assert [path.name for path in key_file(folder).parent.iterdir()] == ["code.key"]


@pytest.mark.parametrize("name", ["CASCADE_CACHE", "CASCADE_CACHE_DIR", "XDG_STATE_HOME"])
def test_without_a_folder_or_a_key_nothing_is_kept(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """Caches are turned off, or a folder can not be made; the program runs."""
    (folder / "blocked").write_text("a file")
    monkeypatch.setenv(name, "0" if name == "CASCADE_CACHE" else str(folder / "blocked"))
    assert run() > 0
    assert run() > 0
    assert entries(folder) == []


# --- tampering -----------------------------------------------------------------------------------------------------------


def signed_as(monkeypatch: pytest.MonkeyPatch) -> dict[Path, bytes]:
    """What the signatures of entries say that they are code of, of all that are asked for from now on."""
    meanings: dict[Path, bytes] = {}
    entry_of = code_cache._entry

    def noted(key: str, began: int | None) -> tuple[Path, bytes] | None:
        found = entry_of(key, began)
        assert found is not None
        meanings[found[0]] = found[1]
        return found

    monkeypatch.setattr(code_cache, "_entry", noted)
    return meanings


def trap(folder: Path) -> bytes:
    """A stored function as an attacker would write it: it gives 0, and has made a folder ``trapped`` then."""
    source = f"""
def main(s, depth, *rest):
    for kind in ().__class__.__base__.__subclasses__():
        if kind.__name__ == "_wrap_close":
            kind.__init__.__globals__["mkdir"]({str(folder / "trapped")!r})
            return 0
"""
    whole = compile(source, "trap", "exec")
    (code,) = [each for each in whole.co_consts if isinstance(each, CodeType)]
    return marshal.dumps((code, "", code.co_linetable, {}, {0: ()}))


def test_the_trap_works(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the user's own key: so it is the signature alone that keeps it from running."""
    signed = signed_as(monkeypatch)
    run()
    known = secret.make_key()
    assert known is not None
    for path in entries(folder):
        path.write_bytes(digest(known, signed[path] + trap(folder), "sha256") + trap(folder))
    assert cs.run(cs.load("program.csc")["main"](N)) == 0
    assert (folder / "trapped").is_dir()


def flipped(entry: bytes) -> Iterator[bytes]:
    for place in range(len(entry)):
        yield entry[:place] + bytes([entry[place] ^ 0x40]) + entry[place + 1 :]


def test_no_altered_entry_is_read(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Any byte changed, any number of them missing, bytes added: it is as good as none, and nothing is made of it."""
    run()
    key, (path, *_) = "", entries(folder)
    entry, place = path.read_bytes(), code_cache._entry
    found = place(key, None)
    assert found is not None
    _, meaning = found
    monkeypatch.setattr(code_cache, "_entry", lambda *_: (path, meaning))
    data = entry[32:]
    code_cache.keep(key, data)
    whole = path.read_bytes()
    assert code_cache.fetch(key) == data
    for altered in (*flipped(whole), *(whole[:length] for length in range(len(whole))), whole + b"\0", data):
        path.write_bytes(altered)
        assert code_cache.fetch(key) is None


KINDS = ["flipped", "cut", "empty", "huge", "forged", "another key", "unsigned", "a folder", "a pipe", "a link"]


@pytest.mark.parametrize("kind", KINDS)
def test_what_somebody_put_into_the_folder_does_not_run(
    run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch, kind: str
) -> None:
    """The result is right, and the code of it has not run; it is not even unmarshalled."""
    signed = signed_as(monkeypatch)
    run()
    loads, read = marshal.loads, []
    monkeypatch.setattr(marshal, "loads", lambda data: read.append(data) or loads(data))
    forged = trap(folder)
    for path in entries(folder):
        entry, meaning = path.read_bytes(), signed[path]
        path.unlink()
        match kind:
            case "flipped":
                path.write_bytes(entry[:100] + bytes([entry[100] ^ 1]) + entry[101:])
            case "cut":
                path.write_bytes(entry[:-1])
            case "empty":
                path.write_bytes(b"")
            case "huge":
                path.write_bytes(entry + b"\0" * code_cache._LARGEST)
            case "forged":
                path.write_bytes(entry[:32] + forged)
            case "another key":
                path.write_bytes(digest(b"k" * 32, meaning + forged, "sha256") + forged)
            case "unsigned":
                path.write_bytes(sha256(forged).digest() + forged)
            case "a folder":
                path.mkdir()
            case "a pipe":
                os.mkfifo(path)
            case "a link":
                (folder / "elsewhere").write_bytes(entry)
                path.symlink_to(folder / "elsewhere")
    assert run() > 0
    assert read == []
    assert not (folder / "trapped").exists()


def test_an_entry_is_good_for_its_own_key_only(run: Run, folder: Path) -> None:
    """Entries that change their names, as one that is copied over another: each is signed with what it is code of."""
    assert cs.run(cs.load("program.csc")["main"](N)) == RIGHT
    (folder / "program.csc").write_text(PROGRAM.replace("x % 3", "x % 5"))
    cs.run(cs.load("program.csc")["main"](N))
    one, other, *_ = entries(folder)
    assert len(entries(folder)) in (2, 4)
    contents = [path.read_bytes() for path in entries(folder)]
    for path, content in zip(entries(folder), [*contents[1:], contents[0]], strict=True):
        path.write_bytes(content)
    (folder / "program.csc").write_text(PROGRAM)
    assert run() > 0
    assert one != other


def test_entries_of_another_user_are_not_used(run: Run, folder: Path) -> None:
    """A folder of entries that were made with another key, restored or shared."""
    run()
    key_file(folder).unlink()
    assert run() > 0
    assert run() == 0


# --- whose folder, whose key ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("mode", [0o770, 0o702, 0o777])
def test_a_cache_that_others_can_write_to_is_not_used(run: Run, folder: Path, mode: int) -> None:
    """Neither read nor written, signed or not."""
    run()
    before = entries(folder)
    (folder / "cache").chmod(mode)
    assert run() > 0
    assert entries(folder) == before


@pytest.mark.parametrize("mode", [0o640, 0o604, 0o620, 0o602])
def test_a_key_that_others_may_know_is_none(run: Run, folder: Path, mode: int) -> None:
    """It is not replaced either: whoever made it so has to say."""
    run()
    key_file(folder).chmod(mode)
    assert (secret.read_key(), secret.make_key()) == (None, None)
    assert run() > 0
    key_file(folder).chmod(0o600)
    assert run() == 0


@pytest.mark.parametrize("kind", ["of another user", "short", "long", "a link", "a folder", "in an open folder"])
def test_a_key_that_is_not_a_file_of_the_users_own_is_none(folder: Path, monkeypatch: pytest.MonkeyPatch, kind: str) -> None:
    """Only a plain file of 32 bytes, in a folder of the user's own."""
    known = secret.make_key()
    assert known is not None
    place = key_file(folder)
    if kind == "of another user":
        owner = os.geteuid()
        monkeypatch.setattr(os, "geteuid", lambda: owner + 1)
    elif kind in ("short", "long"):
        place.write_bytes(known[:-1] if kind == "short" else known + b"x")
    elif kind == "in an open folder":
        place.parent.chmod(0o777)
    else:
        place.rename(place.with_name("other"))
        place.symlink_to("other") if kind == "a link" else place.mkdir()
    assert (secret.read_key(), secret.make_key()) == (None, None)


def test_the_key_does_not_lie_in_the_cache(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever can write to the cache would have it."""
    for cache in ("state", "state/cascade", "state/cascade/../../state"):
        monkeypatch.setenv("CASCADE_CACHE_DIR", str(folder / cache))
        assert secret.make_key() is None
    monkeypatch.setenv("CASCADE_CACHE_DIR", str(folder / "state/cascade/cache"))
    assert secret.make_key() is not None


def test_all_processes_have_one_key(folder: Path) -> None:
    """Of many that make one at once, each gets that of the first."""
    with ThreadPoolExecutor(16) as pool:
        keys = set(pool.map(lambda _: secret.make_key(), range(64)))
    assert keys == {key_file(folder).read_bytes()}
    assert [path.name for path in key_file(folder).parent.iterdir()] == ["code.key"]


def test_a_key_that_can_not_be_written_is_none(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a full disk, or where files can not be linked; nothing is left behind."""

    def refuse(*_: object) -> None:
        raise OSError(28, "no space left on device")

    monkeypatch.setattr(os, "link", refuse)
    assert secret.make_key() is None
    assert [*key_file(folder).parent.iterdir()] == []


# --- versions, bounds, writers -------------------------------------------------------------------------------------------


def test_code_of_another_version_of_the_machine_is_not_used(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that has changed, or one that is called otherwise."""
    run()
    monkeypatch.setattr(cache_folder, "last_change", lambda room: 2)
    assert run() > 0
    monkeypatch.setattr(code_cache, "__version__", "0.0.0")
    assert run() > 0
    assert run() == 0


def test_a_machine_that_changes_under_a_process_is_not_cached(run: Run, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Which of its code runs here can not be said: nothing is read or written."""
    monkeypatch.setattr(cache_folder, "last_change", lambda room: program.CODE_ON_DISK._began)
    assert run() > 0
    assert entries(folder) == []


def test_the_newest_entries_are_kept(folder: Path) -> None:
    """512 at most; other files in the folder stay."""
    (folder / "cache").mkdir(0o700)
    (folder / "cache/mine.code").write_text("not ours")
    for number in range(700):
        code_cache.keep(str(number), b"x" * number)
    kept = [path for path in entries(folder) if path.name != "mine.code"]
    assert 512 - 2 * code_cache._BETWEEN <= len(kept) <= 512
    assert (folder / "cache/mine.code").exists()
    assert code_cache.fetch("699") == b"x" * 699
    assert code_cache.fetch("0") is None


def test_what_is_too_large_is_not_kept(folder: Path) -> None:
    """An entry has 4 MiB at most."""
    code_cache.keep("a", b"x" * (code_cache._LARGEST - 32))
    code_cache.keep("b", b"x" * (code_cache._LARGEST - 31))
    assert code_cache.fetch("a") is not None
    assert code_cache.fetch("b") is None


WRITER = """
import sys
from cascade import cache_folder, code_cache
cache_folder.last_change = lambda room: 1
for turn in range(60):
    for key in ("a", "b", sys.argv[1]):
        data = key.encode() * 5_000
        found = code_cache.fetch(key)
        assert found is None or found == data, key
        code_cache.keep(key, data)
        assert code_cache.fetch(key) == data, key
"""


def test_several_processes_may_write_at_once(folder: Path) -> None:
    """Whoever reads gets a whole entry; nothing is left but entries."""
    writers = [subprocess.Popen([sys.executable, "-c", WRITER, str(number)]) for number in range(4)]
    assert [writer.wait() for writer in writers] == [0] * 4
    assert len(entries(folder)) == 6 == len([*(folder / "cache").iterdir()])


# --- what is saved -------------------------------------------------------------------------------------------------------

MODULES = """
import sys
from cascade.cli.start import main
sys.argv = ["cascade", "run", "program.csc", "main", "--vm", "-p", "n=6000"]
try:
    main()
finally:
    print(*sorted(name for name in sys.modules if name.startswith("cascade_vm.generated.")), file=sys.stderr)
"""
GENERATOR = {
    "calls",
    "control",
    "generator",
    "graph",
    "operands",
    "places",
    "shape",
    "short_loops",
    "statements",
    "syntax",
    "values",
}


def test_a_process_that_finds_code_loads_no_generator(folder: Path) -> None:
    """It begins with a busy loop as it ended; whatever its hash seed is."""
    loaded = []
    for seed in ("1", "2"):
        environment = {**os.environ, "PYTHONHASHSEED": seed}
        done = subprocess.run(
            [sys.executable, "-c", MODULES], cwd=folder, capture_output=True, text=True, check=True, env=environment
        )
        assert done.stdout == f"{RIGHT}\n"
        loaded.append({name.rpartition(".")[2] for name in done.stderr.split()})
    assert loaded[0] >= GENERATOR
    assert loaded[1] & GENERATOR == set()
    assert "unit" in loaded[1]


def test_an_error_in_kept_code_has_its_place(folder: Path) -> None:
    """Line and columns, in a traceback and in the report of the command."""
    said = [run_command("cascade", "run", "program.csc", "fails", "-p", "n=5000", cwd=folder) for _ in range(2)]
    assert said[0].stderr == said[1].stderr
    assert 'File "program.csc", line 14, in fails\n' in said[1].stderr
    shown = []
    for _ in range(2):
        with pytest.raises(ZeroDivisionError) as caught:
            cs.run(cs.load("program.csc")["fails"](5_000))
        lines = "".join(traceback.format_exception(caught.value)).splitlines()
        # columns are counted in bytes only where somebody has looked at the source: who runs first may not know the accent
        shown.append([line.strip(" ~^") for line in lines])
    assert shown[0] == shown[1]


@cs.task
def step(n: int) -> int:
    return n - 1


@cs.flow
def counted(n: int) -> int:
    while n > 0:
        n = step(n)
    return n


@cs.flow
def slow(n: int) -> int:
    i = 0
    while i < n:
        i += 1
    return i


def test_python_flows_and_graphs_of_calls_are_kept_too(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The key is the program's content: it does not matter where it comes from."""
    for use in (lambda: cs.run(counted(5_000)), lambda: asyncio.run(cs.Engine().run(counted(5_000)))):
        assert use() == 0
    assert entries(folder)


def test_a_program_is_not_written_down_for_its_key_alone(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One that never gets busy needs none, and one of a file has its bytes."""
    asked: list[object] = []
    monkeypatch.setattr("cascade_vm.codec.digest_of", lambda blueprint: asked.append(blueprint) or b"digest")
    assert cs.run(cs.load("program.csc")["main"](10)) == 12
    assert cs.run(slow(10)) == 10
    assert entries(folder) == []
    assert cs.run(cs.load("program.csc")["main"](N)) == RIGHT
    assert entries(folder)
    assert asked == []
    assert cs.run(slow(5_000)) == 5_000
    assert len(asked) == 1


def test_the_names_of_its_files_are_part_of_a_program(folder: Path, run: Run) -> None:
    """Code says where it is from: a program that has moved has other code."""
    assert run() > 0
    (folder / "program.csc").rename(folder / "moved.csc")
    with pytest.raises(ZeroDivisionError) as caught:
        cs.run(cs.load("moved.csc")["fails"](5_000))
    assert 'File "moved.csc", line 14' in "".join(traceback.format_exception(caught.value))
    (folder / "below").mkdir()
    (folder / "moved.csc").rename(folder / "below/program.csc")
    os.chdir(folder / "below")
    assert run() == 0  # it has the name that it had before
