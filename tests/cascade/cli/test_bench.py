"""``cascade bench``, with next to nothing to do: what it writes, what it refuses, what it makes of noise. Never how fast."""

from __future__ import annotations

import json
import math
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path
from xml.etree import ElementTree

import pytest
from cascade.bench import algorithms, chains, figures, peers, runner, sections, sizes, table, tail_calls, tasks
from cascade.bench.chart import as_svg
from cascade.bench.comparing import changes, compared_text
from cascade.bench.figures import Amount, Experiment, Rate, Ratio, Ratios, Result, Skipped
from cascade.bench.jumps import heavy, nodes_per_turn, simple, stable
from cascade.bench.report import Report, from_json, this_machine, to_json
from cascade.bench.sections import SECTIONS, experiments_of
from cascade.cli.run import main
from cascade.task_sources import source_of
from click.testing import CliRunner
from click.testing import Result as Outcome
from support.commands import ROOT

TINY = sizes.Sizes(
    countdown=100, tail_calls=100, chain_turns=2, jump_turns=20, reference_turns=5, algorithm=1e-5, stride=5, flows=5,
    flow_steps=3, sleepers=5, fan_out=5, ticks=1, peer_steps=42,
)  # fmt: skip
CORPUS = ROOT / "tests/corpus"
IN_PROCESS = ("loops", "tail-calls", "chains", "jumps", "latency")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("bench")


@pytest.fixture(scope="module", autouse=True)
def tiny() -> object:
    """The quick sizes are tiny, and nothing is kept in the user's cache."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sizes, "QUICK", TINY)
        patch.setenv("CASCADE_CACHE", "0")
        yield


def bench(*arguments: object) -> Outcome:
    return CliRunner().invoke(main, ["bench", *map(str, arguments)])


@pytest.fixture(scope="module")
def done(folder: Path) -> Outcome:
    """A run of all sections that start no processes, with everything that it can write."""
    files = [f"--{kind}={folder / f'all.{kind}'}" for kind in ("json", "markdown", "svg")]
    return bench("--quick", *IN_PROCESS, *files)


@pytest.fixture(scope="module")
def report(done: Outcome, folder: Path) -> Report:
    return from_json((folder / "all.json").read_bytes())


# --- what is written -----------------------------------------------------------------------------------------------------


def test_the_table_goes_to_standard_output_and_progress_to_standard_error(done: Outcome, report: Report) -> None:
    """One line for each figure; missed goals are marked, and are no failure."""
    assert done.exit_code == 0, done.output
    for figure in report.figures:
        assert figure.title.replace("`", "") in done.stdout
    assert done.stdout.count(table.MISSED) == len(report.missed)
    assert "loops: count-down of 100 …\n" in done.stderr


def test_the_json_has_every_sample(report: Report, folder: Path) -> None:
    """Raw samples, medians, ratio, goal, whether it is held, and where it was measured."""
    assert from_json(to_json(report)) == report
    assert report.size == "quick"
    assert report.machine.python
    assert {figure.section for figure in report.figures} == set(IN_PROCESS)
    assert report.rounds == 5
    for each in report.experiments.values():
        assert {len(samples) for samples in each.samples.values()} == {5}
    rows = json.loads((folder / "all.json").read_bytes())["figures"]
    assert [row["held"] for row in rows] == [figure.held for figure in report.figures]


def test_the_markdown_is_a_table(report: Report, done: Outcome, folder: Path) -> None:
    """A row for each figure, all of one width."""
    rows = [row for row in (folder / "all.markdown").read_text(encoding="utf-8").splitlines() if row.startswith("|")]
    assert len(rows) == len(report.figures) + 2
    assert len({row.count("|") for row in rows}) == 1


def test_the_chart_is_a_picture(report: Report, done: Outcome, folder: Path) -> None:
    """Well-formed, with each figure that is a ratio or has a goal, and nothing outside of it."""
    root = ElementTree.fromstring((folder / "all.svg").read_text(encoding="utf-8"))
    written = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    for figure in report.figures:
        if figure.against or figure.goal:
            assert figure.title.replace("`", "") in written
    width = float(root.get("width", "0"))
    for bar in root.iter("{http://www.w3.org/2000/svg}rect"):
        assert 0 <= float(bar.get("x", "0")) <= float(bar.get("x", "0")) + float(bar.get("width", "0")) <= width


@pytest.mark.parametrize("value", [1e-9, 1.0, 1e12])
def test_a_chart_takes_any_value(report: Report, value: float) -> None:
    """Bars of one length or another."""
    odd = replace(report, figures=[replace(figure, value=value) for figure in report.figures])
    ElementTree.fromstring(as_svg(odd))


def test_an_empty_report_can_be_shown(report: Report) -> None:
    """When all was skipped."""
    empty = Report(report.machine, "full", 5, [], skipped={"algorithms": "nothing is here"})
    assert table.as_text(empty) == "algorithms: skipped, nothing is here"
    assert "nothing is here" in table.as_markdown(empty)
    ElementTree.fromstring(as_svg(empty))


# --- the command line ----------------------------------------------------------------------------------------------------


def test_sections_are_listed() -> None:
    """With a title each."""
    assert [row.split()[0] for row in bench("--list").stdout.splitlines()] == list(SECTIONS)


@pytest.mark.parametrize(
    ("arguments", "code", "hint"),
    [
        (["lops"], "CS400", "did you mean `loops`?"),
        (["loops", "x"], "CS400", "there are loops, "),
        (["--rounds", "4"], "CS400", "--help"),
        (["loops", "--json", "there/is/none.json"], "CS413", "there is no directory"),
        (["loops", "--svg", "."], "CS413", "it is a directory"),
        (["loops", "--compare", "none.json"], "CS401", ""),
        (["loops", "--compare", "wrong.json"], "CS400", "`cascade bench --json FILE` wrote"),
    ],
)
def test_what_is_wrong_is_said_before_anything_is_measured(
    arguments: list[str], code: str, hint: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One coded sentence, and exit status 2."""
    monkeypatch.chdir(tmp_path)
    Path("wrong.json").write_text('{"figures": []}')
    refused = bench(*arguments)
    assert (refused.exit_code, refused.stdout) == (2, "")
    assert refused.stderr.startswith(f"error[{code}]: ")
    assert hint in refused.stderr
    assert "…" not in refused.stderr


def test_peers_run_only_when_they_are_asked_for() -> None:
    """By the option, or by the name of their section."""
    everything = [name for name in SECTIONS if name != "peers"]
    assert sections.chosen([], False) == everything
    assert sections.chosen([], True) == [*everything, "peers"]
    assert sections.chosen(["jumps", "loops"], True) == ["loops", "jumps", "peers"]
    assert sections.chosen(["peers"], False) == ["peers"]


def test_a_corpus_that_is_not_there_is_skipped_with_a_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As it is not where there is no checkout."""
    monkeypatch.setattr(algorithms, "_folder", algorithms._folder)
    done = bench("--quick", "algorithms", "--corpus", tmp_path)
    assert (done.exit_code, done.stdout) == (
        0,
        "algorithms: skipped, the corpus of functions is not here: name it with --corpus\n",
    )


# --- comparing -----------------------------------------------------------------------------------------------------------


def compare(old: Path, report: Report) -> Outcome:
    """A run that finds ``report``, compared with a file."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(runner, "measure", lambda *_: report)
        return bench("--quick", "loops", "--compare", old)


def test_compare_exits_with_1_when_something_got_clearly_slower(report: Report, folder: Path) -> None:
    """And with 0 when nothing did."""
    same = compare(folder / "all.json", report)
    assert same.exit_code == 0, same.output
    assert f"none of {len(report.figures)} figures got clearly slower" in same.stdout
    first, *others = report.figures
    slower = compare(folder / "all.json", replace(report, figures=[replace(first, value=9 * first.value), *others]))
    assert slower.exit_code == 1
    assert f"1 of {len(report.figures)} figures got clearly slower" in slower.stdout
    assert "+800.0 %" in slower.stdout


def figure(value: float, **settings: object) -> Result:
    return replace(Result("loops", "one", "One", value, "×", "plain Python"), **settings)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("old", "new", "verdict"),
    [
        (figure(1.0), figure(1.14), "same"),
        (figure(1.0), figure(1.16), "slower"),
        (figure(1.16), figure(1.0), "faster"),
        (figure(1.0, spread=0.1), figure(1.3, spread=0.1), "same"),
        (figure(1.0, spread=0.1), figure(1.4, spread=0.1), "slower"),
        (figure(30.0, at_least=True), figure(20.0, at_least=True), "slower"),
        (figure(20.0, at_least=True), figure(30.0, at_least=True), "faster"),
        (figure(1.0, negligible=3), figure(3.9, negligible=3), "same"),
        (figure(1.0, negligible=3), figure(4.1, negligible=3), "slower"),
        (figure(0.0), figure(0.0), "same"),
        (figure(0.0), figure(1.0), "slower"),
    ],
)
def test_a_change_is_one_beyond_the_noise(old: Result, new: Result, verdict: str) -> None:
    """15 %, the spread of both, and what does not matter."""
    machine = this_machine()
    (change,) = changes(Report(machine, "full", 5, [old]), Report(machine, "full", 5, [new]))
    assert change.verdict == verdict


def test_reports_that_are_hard_to_compare_say_so(report: Report) -> None:
    """Another Python, another size, other figures."""
    other = replace(report, size="full", machine=replace(report.machine, python="3.99"), figures=report.figures[1:])
    text = compared_text(report, other)
    assert "the old figures are of Python" in text
    assert "a quick run, the new ones of a full one" in text
    assert "1 of the old figures were not measured now" in text


# --- figures -------------------------------------------------------------------------------------------------------------

SAMPLES = {"ours": [4.0, 2.0, 3.0], "base": [2.0, 1.0, 1.0], "third": [1.0, 1.0, 1.0]}


def test_figures_are_made_of_medians() -> None:
    """A ratio, a rate, an amount, and many ratios in one."""
    ratio = Ratio(name="a", title="A", side="ours", base="base", goal=2, steps=1_000).result("s", SAMPLES)
    assert (ratio.value, ratio.held, ratio.per_second, ratio.overhead) == (3.0, False, 1000 / 3, 2e6)
    rate = Rate(name="b", title="B", side="ours", steps=30, published=5, goal=2).result("s", SAMPLES)
    assert (rate.value, rate.held, rate.against) == (2.0, True, figures.PUBLIC)
    amount = Amount(name="c", title="C", side="ours", without="base", unit="KiB", per=2).result("s", SAMPLES)
    assert (amount.value, amount.held) == (1.0, None)
    worst = Amount(name="d", title="D", side="ours", unit="ms", worst=True).result("s", SAMPLES)
    assert worst.value == 4.0
    pairs = [("ours", "base"), ("ours", "third")]
    mean = Ratios(name="e", title="E", pairs=[*pairs, ("third", "third")], summary="geometric mean").result("s", SAMPLES)
    assert math.isclose(mean.value, 9 ** (1 / 3))
    most = Ratios(name="f", title="F", pairs=[("third", "ours"), *pairs[:1]], summary="worst").result("s", SAMPLES)
    assert (most.value, most.worst_of) == (3.0, "ours")


def test_a_round_has_one_sample_of_each_side_and_another_side_begins_the_next() -> None:
    """After one of each that does not count."""
    taken: list[str] = []

    def take(side: str) -> float:
        taken.append(side)
        return float(len(taken))

    experiment = Experiment("order", {side: lambda side=side: take(side) for side in "abc"}, [])  # type: ignore[misc]
    samples = runner.sample(experiment, 5, lambda _: None)
    assert "".join(taken) == "abc" + "abc" + "bca" + "cab" + "abc" + "bca"
    assert [len(samples[side]) for side in "abc"] == [5, 5, 5]


@pytest.mark.parametrize("value", ["1", 2, None])
def test_a_wrong_answer_is_no_sample(value: object) -> None:
    """However fast it is."""
    from cascade.bench.measuring import timed

    with pytest.raises(AssertionError, match="where 1 is right"):
        timed(lambda: value, 1)()


# --- what is measured ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("section", ["many", "startup", "algorithms"])
def test_the_sections_that_take_longer_can_be_measured(section: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A sample of each side, and a figure of each kind. The corpus is one module of it."""
    for kind in ("modules", "inputs"):
        (tmp_path / "corpus" / kind).mkdir(parents=True)
        shutil.copy(CORPUS / kind / "bit_tricks.py", tmp_path / "corpus" / kind)
    monkeypatch.setattr(algorithms, "_folder", tmp_path / "corpus")
    for experiment in experiments_of(section, TINY):
        assert isinstance(experiment, Experiment), experiment
        samples = {side: [take()] for side, take in experiment.sides.items()}
        found = [each.result(section, samples) for each in experiment.figures]
        assert all(math.isfinite(each.value) for each in found), found


def test_nodes_are_counted_truly() -> None:
    """In the script's heavy loop one node runs a turn, in ours all 21."""
    assert [nodes_per_turn(loop) for loop in (simple, stable, heavy)] == [1, 1, 21]


def test_opaque_tasks_are_opaque() -> None:
    """They are compiled from no source; those that they were made of are, and both give the same."""
    assert source_of(tasks.add_one_opaque) is None
    assert source_of(tasks.count_opaque) is None
    assert source_of(tasks.add_one) is not None
    assert source_of(tasks.count) is not None
    assert tasks.add_one_opaque.fn(1) == tasks.add_one.fn(1) == 2
    assert tail_calls.trampoline(tasks.count_opaque.fn, 3) == "done"
    assert chains.plain_calls(2) == 2 * chains.NODES


def test_a_peer_that_can_not_be_installed_is_skipped_with_a_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what pip said last."""

    def refuse(*_: object) -> None:
        raise subprocess.CalledProcessError(1, "pip", stderr="looking\nERROR: no such package\nhint: try another\n")

    monkeypatch.setenv("CASCADE_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(peers.venv, "create", lambda *_, **__: None)
    monkeypatch.setattr(peers, "_install", refuse)
    found = list(peers.experiments(TINY))
    assert {each.reason for each in found if isinstance(each, Skipped)} == {"it can not be installed: no such package"}
    assert len(found) == len(peers.PEERS)
    report = runner.measure(["peers"], TINY, 5, lambda *_: None)
    assert report.skipped == {
        f"peers: {peer.title}": "it can not be installed: no such package" for peer in peers.PEERS.values()
    }


def test_a_peer_is_installed_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """And again when another version is asked for."""
    installed: list[str] = []

    def create(folder: Path, **_: object) -> None:
        (folder / "bin").mkdir(parents=True)
        (folder / "bin/python").touch()

    monkeypatch.setenv("CASCADE_CACHE_DIR", str(tmp_path))
    monkeypatch.setattr(peers.venv, "create", create)
    monkeypatch.setattr(peers, "_install", lambda _, requirement: installed.append(requirement))
    for requirement in ("one>=1", "one>=1", "one>=2"):
        assert peers.environment("one", requirement).is_file()
    assert installed == ["one>=1", "one>=2"]


def test_each_peer_has_a_script() -> None:
    """Beside the module that starts it."""
    folder = Path(peers.__file__).with_name("peer_scripts")
    assert {path.name for path in folder.glob("*_steps.py")} == {peer.script for peer in peers.PEERS.values()}


def test_the_document_names_all_sections_and_options() -> None:
    """`docs/benchmarks.md` has a row for each section, and says what each option does."""
    text = (ROOT / "docs/benchmarks.md").read_text(encoding="utf-8")
    assert re.findall(r"^\| `([\w-]+)` \|", text, re.MULTILINE) == list(SECTIONS)
    options = {name for each in main.commands["bench"].params for name in each.opts if name.startswith("--")}
    assert {name for name in options if name not in text} == {"--list"}
