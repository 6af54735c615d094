"""What libraries that are not written in Python say on standard error by themselves."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path


@contextmanager
def standard_error_in(path: Path) -> Iterator[None]:
    """Have what libraries, and processes that are started meanwhile, say on standard error stand in a file."""
    if sys.stderr is not None:
        sys.stderr.flush()
    try:
        own = os.dup(2)
    except OSError:  # there is no standard error
        yield
        return
    with path.open("wb") as file:
        os.dup2(file.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(own, 2)
            os.close(own)


def unheard() -> AbstractContextManager[None]:
    """Have what libraries say on standard error by themselves be lost: a person is told in our words."""
    return standard_error_in(Path(os.devnull))
