"""For tests of workflows: a loop whose clock is virtual, and a host that writes down what was called.

>>> import asyncio
>>> run_virtual(asyncio.sleep(86_400, "a day later"))
'a day later'
"""

from cascade.testing.clock import VirtualLoop, run_virtual
from cascade.testing.recording import RecordingHost

__all__ = ["RecordingHost", "VirtualLoop", "run_virtual"]
