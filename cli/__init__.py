"""The `sekskant` command: reads, calls, prints."""

import gc

# What start-up makes lives as long as the process: looking for garbage in it costs a fifth of the time to answer.
gc.disable()


def collect_garbage() -> None:
    """Look for garbage from now on, among what is made from now on: for what works on many offers."""
    gc.freeze()
    gc.enable()
