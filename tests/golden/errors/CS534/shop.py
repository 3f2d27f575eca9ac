from pathlib import Path

import cascade as cs


@cs.task
def fetch() -> int:
    """How often it was called in the run: made again it gives something else."""
    calls = Path(f"{cs.current_call().run_id}.calls")
    count = int(calls.read_text()) + 1 if calls.exists() else 1
    calls.write_text(str(count))
    return count
