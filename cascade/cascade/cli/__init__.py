"""The commands: `run` has ``cascade``, `compile` has ``cascadec``. They know how to ask and how to show; the work is done by
the modules of `cascade` that a Python program uses too."""
