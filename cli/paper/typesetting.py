"""Set by typst as PDF/UA-1, in this process or, run by its path, in one of its own.

typst keeps what it has set until the process ends, some two megabytes for an offer; so what is large is set by
processes that end. Such a process needs nothing of this package: it reads a `Task` as JSON, and writes the file or why
there is none.
"""

from __future__ import annotations

import json
import sys
from functools import cache
from typing import NamedTuple

import typst

REFUSED = 3
"""The exit code of a process whose task typst refuses; it writes the reason instead of a file."""
NO_MEMORY = 4
"""The exit code of a process that gets no more memory."""
_EPOCH = 0


class Task(NamedTuple):
    """What is to be set: the text of a template in typst, and the paper as JSON, which the template reads."""

    template: str
    paper: str


def typeset(task: Task) -> bytes:
    """The file, in the fonts of typst alone.

    Raises:
        typst.TypstError: it cannot be set, or is not as PDF/UA-1 has it.
    """
    made = typst.compile(
        task.template.encode(),
        format="pdf",
        font_paths=_fonts(),
        ignore_system_fonts=True,
        sys_inputs={"paper": task.paper},
        pdf_standards=["ua-1"],
        timestamp=_EPOCH,
    )
    assert isinstance(made, bytes)
    return made


@cache
def _fonts() -> typst.Fonts:
    return typst.Fonts(include_system_fonts=False, include_embedded_fonts=True)


def main() -> int:
    """Set the task that standard input has; the file, or why there is none, on standard output."""
    task = Task(*json.load(sys.stdin.buffer))
    try:
        sys.stdout.buffer.write(typeset(task))
    except typst.TypstError as error:
        sys.stdout.buffer.write(str(error).encode())
        return REFUSED
    except MemoryError:
        return NO_MEMORY
    return 0


if __name__ == "__main__":
    sys.exit(main())
