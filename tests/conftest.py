"""Lets every test import what tests share: `from support.x import …`."""

import atexit
import os
import shutil
import sys
import tempfile
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

sys.path.insert(0, str(Path(__file__).parent))
from support.effort import NIGHTLY, REPEATABLE, scaled

# Caches of the program under test are this process's own, and so is the key: nothing is read from or left in the user's.
_HOME = tempfile.mkdtemp(prefix="cascade-tests-")
atexit.register(shutil.rmtree, _HOME, ignore_errors=True)
os.environ.update(XDG_CACHE_HOME=f"{_HOME}/cache", XDG_STATE_HOME=f"{_HOME}/state")
if os.environ.pop("PYTHONDONTWRITEBYTECODE", ""):
    # The processes that tests start keep what they compile elsewhere: else each of the hundreds would compile all of it.
    os.environ["PYTHONPYCACHEPREFIX"] = f"{_HOME}/bytecode"

settings.register_profile(
    "cascade",
    deadline=None,
    max_examples=scaled(100),
    derandomize=REPEATABLE,
    suppress_health_check=list(HealthCheck) if NIGHTLY else [],
)
settings.load_profile("cascade")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--write-golden", action="store_true", help="write golden files again, instead of comparing with them")
    parser.addoption("--differential-seed", type=int, default=None, help="run the generated program of this seed")
