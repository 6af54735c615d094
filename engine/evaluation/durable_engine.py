"""Loads durable-rules, where it is there and this Python can load it.

Its C module names `PyEval_CallObject`, which Python 3.13 no longer has. It calls that only from callbacks which are
never set here, so on systems that bind a name when it is first called it loads all the same; see docs/decisions/0012.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from engine.texts.catalogue import Message, message


def why_missing() -> Message | None:
    """Why durable-rules is not there; None once it is loaded."""
    try:
        with _bound_when_called():
            import durable.engine  # noqa: F401, PLC0415 - absent on some systems
    except ModuleNotFoundError:
        return message("durable-rules is not installed")
    except ImportError as error:
        reason = str(error)
        if error.path:
            reason = reason.replace(error.path, Path(error.path).name)
        return message("durable-rules cannot be loaded ({reason})", reason=reason)
    return None


@contextmanager
def _bound_when_called() -> Iterator[None]:
    """What is imported meanwhile has its names bound when they are first called, where the system can do that."""
    if sys.platform == "win32":
        yield
        return
    before = sys.getdlopenflags()
    sys.setdlopenflags(before & ~os.RTLD_NOW | os.RTLD_LAZY)
    try:
        yield
    finally:
        sys.setdlopenflags(before)
