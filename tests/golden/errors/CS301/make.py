"""Builds `program.csc` and writes something else in its place."""

from pathlib import Path


def make(folder: Path) -> None:
    (folder / "program.cbp").write_bytes(b"#!/bin/sh\necho hello\n")
