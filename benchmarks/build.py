"""How long ``cascadec build`` takes on files of 1,000 to 10,000 lines.

    python benchmarks/build.py

The whole process is measured. Growth in proportion means that ten times the lines take at most some ten times as long.
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path

from figures import Figure, cascade_command, exit_status, medians, seconds, show

SIZES = (1_000, 2_500, 5_000, 10_000)
FLOW = '''\
flow step_{n}(items: list, limit: int = {n}) -> int:
    """Part {n} of a long program."""
    total = 0
    names = {{}}
    for index, item in enumerate(items):
        if item["size"] > limit and index % 2 == 0:
            total += item["size"] * {n} + index
        elif item.get("name", "") in names:
            names[item["name"]] += 1
            continue
        else:
            names[f"{{item['name']}}-{{index:04}}"] = [x * 2 for x in range(index) if x % 3]
        try:
            total = total // (limit - index)
        except ZeroDivisionError as error:
            print("part {n}:", error)
            break
    while total > limit:
        total -= 1 + step_{before}(items[1:], limit=limit - 1)
    return total

'''
LINES_OF_A_FLOW = FLOW.count("\n")


def program(lines: int) -> str:
    """A program of about so many lines, each flow of which calls the one before it."""
    flows = [FLOW.format(n=n, before=max(n - 1, 0)) for n in range(lines // LINES_OF_A_FLOW)]
    return "".join(flows) + "\n".join(
        ["flow main():", *["    print('the end')"] * (lines % LINES_OF_A_FLOW), "    return 0", ""]
    )


def figures() -> list[Figure]:
    with tempfile.TemporaryDirectory() as folder:
        runs = {}
        for lines in SIZES:
            source = Path(folder) / f"program_{lines}.csc"
            source.write_text(program(lines))
            command = cascade_command("cascadec", "build", source, "-o", source.with_suffix(".cbp"))
            runs[str(lines)] = lambda c=command: seconds(lambda: subprocess.run(c, check=True, capture_output=True))
        times = medians(runs, 3)
    found = [Figure(f"build of {lines:,} lines", times[str(lines)], "s", 6 if lines == max(SIZES) else None) for lines in SIZES]
    return [*found, Figure("build of 10,000 lines, against 2,500", times["10000"] / times["2500"], "x", 4.4)]


if __name__ == "__main__":
    show(result := figures())
    sys.exit(exit_status(result))
