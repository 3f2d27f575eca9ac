"""``cascadec fmt``."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click
from cascade_grammar.parser import parse_module
from cascade_grammar.printer import format_module
from cascade_grammar.spans import Source

from cascade.cli.output import results_only, show_error
from cascade.errors import CascadeError, public_errors
from cascade.files import write_output
from cascade.loading import SourceReader

__all__ = ["format_files"]

_CHANGES = 1
_WRONG = 2


def format_files(files: Sequence[str], only_check: bool) -> int:
    """Format each file that can be; the worst exit status of all."""
    status = 0
    for file in files:
        try:
            changed = _format_input(only_check) if file == "-" else _format_file(Path(file), only_check)
        except CascadeError as error:
            show_error(error)
            status = _WRONG
            continue
        if changed and only_check:
            click.echo("<stdin>" if file == "-" else file)
            status = max(status, _CHANGES)
    return status


def _format_file(path: Path, only_check: bool) -> bool:
    """Whether the file is not, or was not, in the canonical layout."""
    read = SourceReader(path)
    source = read(path)
    formatted = formatted_text(source).encode()
    if formatted == read.contents[path.resolve()]:
        return False
    if not only_check:
        write_output(path, formatted)
    return True


def _format_input(only_check: bool) -> bool:
    path = Path("<stdin>")
    data = sys.stdin.buffer.read()
    formatted = formatted_text(SourceReader(path, {path.resolve(): data})(path)).encode()
    if not only_check:
        with results_only() as out:
            out.bytes(formatted)
    return formatted != data


def formatted_text(source: Source) -> str:
    """The source in canonical layout. That it still says the same is looked at before anything is written."""
    with public_errors(source.name):
        module = parse_module(source)
        text = format_module(module)
        if parse_module(Source(source.name, text)) != module:
            raise AssertionError(f"formatting would change what {source.name} says; it is left as it is")
    return text
