"""``cascade bench``: measures, shows, keeps and compares."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cascade.cli.output import Out, complain, results_only
from cascade.errors import Problem, UsageError
from cascade.files import write_output
from cascade.parameters import near_miss

if TYPE_CHECKING:
    from cascade.bench.report import Report

__all__ = ["run_benchmarks"]

SLOWER = 1
"""The exit status when something got clearly slower."""


def run_benchmarks(
    sections: Sequence[str],
    *,
    json: str | None,
    markdown: str | None,
    svg: str | None,
    compare: str | None,
    rounds: int,
    quick: bool,
    peers: bool,
    corpus: str | None,
    only_list: bool,
) -> int:
    """Measure, and write what was asked for. What can not be written or read is found before anything is measured."""
    from cascade.bench import sections as known

    _check_sections(sections, list(known.SECTIONS))
    if only_list:
        return _list()
    outputs = {name: Path(file) for name, file in (("json", json), ("markdown", markdown), ("svg", svg)) if file is not None}
    for path in outputs.values():
        _expect_writable(path)
    if corpus is not None:
        from cascade.bench import algorithms

        algorithms.use_corpus(Path(corpus))
    from cascade.bench import sizes
    from cascade.bench.report import read_report
    from cascade.bench.runner import measure

    old = None if compare is None else read_report(Path(compare))
    chosen = known.chosen(sections, peers)
    with results_only() as out:
        size = sizes.QUICK if quick else sizes.FULL
        report = measure(chosen, size, rounds, _watching(), "quick" if quick else "full")
        _write(report, outputs)
        return _show(report, old, out)


def _check_sections(names: Sequence[str], known: Sequence[str]) -> None:
    for name in names:
        if name not in known:
            hint = near_miss(name, known) or f"there are {', '.join(known)}"
            raise UsageError(Problem("CS400", f"there is no section `{name}` of benchmarks", hint=hint))


def _list() -> int:
    from cascade.bench.sections import PEERS, SECTIONS

    width = max(map(len, SECTIONS))
    for name, section in SECTIONS.items():
        click.echo(f"{name:{width}}  {section.title}{' (only with --peers)' if name == PEERS else ''}")
    return 0


def _expect_writable(path: Path) -> None:
    """Minutes of measuring are not to be lost for a mistyped folder."""
    folder = path.resolve().parent
    said = None
    if path.is_dir():
        said = "it is a directory"
    elif not folder.is_dir():
        said = f"there is no directory `{folder}`"
    elif not os.access(path if path.exists() else folder, os.W_OK):
        said = "permission denied"
    if said is not None:
        raise UsageError(Problem("CS413", f"`{path}` can not be written: {said}"))


def _watching() -> Callable[[str, str, int], None]:
    """Says what is measured: a line for each experiment, with its rounds on a terminal."""
    terminal = sys.stderr is not None and sys.stderr.isatty()
    before = ""

    def watch(section: str, title: str, number: int) -> None:
        nonlocal before
        line = f"{section}: {title} …"
        if terminal:
            click.echo(f"\r\x1b[K{line.replace('`', '')} {'first' if number == 0 else number}", nl=False, err=True)
        elif line != before:
            complain(line.replace("`", ""))
        before = line

    return watch


def _write(report: Report, outputs: dict[str, Path]) -> None:
    from cascade.bench.chart import as_svg
    from cascade.bench.report import to_json
    from cascade.bench.table import as_markdown

    if sys.stderr is not None and sys.stderr.isatty():
        click.echo("\r\x1b[K", nl=False, err=True)
    writers: dict[str, Callable[[Report], bytes]] = {
        "json": to_json,
        "markdown": lambda report: as_markdown(report).encode(),
        "svg": lambda report: as_svg(report).encode(),
    }
    for name, path in outputs.items():
        write_output(path, writers[name](report))


def _show(report: Report, old: Report | None, out: Out) -> int:
    from cascade.bench.comparing import changes, compared_text
    from cascade.bench.table import as_text

    out.line(as_text(report))
    if old is None:
        return 0
    out.line(f"\n{compared_text(old, report)}")
    return SLOWER if any(change.verdict == "slower" for change in changes(old, report)) else 0
