"""``python -m cascade`` is the command ``cascade``."""

from __future__ import annotations

from cascade.cli.start import main

if __name__ == "__main__":
    main(prog_name="cascade")
