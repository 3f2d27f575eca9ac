"""Beat until somebody presses Ctrl-C, then say goodbye."""

from pulse import write_line


flow main(file: str = "heartbeat.txt", every: duration = 1s):
    """Append a line to a file at each beat, and a last one however it ends."""
    beats = 0
    write_line(file, "started")
    try:
        loop:
            beats += 1
            write_line(file, f"beat {beats}")
            emit "beat", beats
            sleep every
    finally:
        # Cancellation can not be caught, but it can be cleaned up after.
        write_line(file, f"stopped after {beats} beats")
