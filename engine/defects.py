"""What an exception is to a person, by whom it was caused: the input, the system, or us."""

from __future__ import annotations

import os

from engine.diagnostics import Defect, Diagnostic, Failure, Place, Refused, refusal_of

_OURS = ("cli", "engine", "offers", "rules")


def failure_of(error: BaseException) -> Failure:
    """What an exception is to a person: a failure that was foreseen, what the system refuses, or a defect."""
    if isinstance(error, Failure):
        return error
    if isinstance(error, OSError) and error.errno is not None:
        file = "" if error.filename is None else str(error.filename)
        return Refused(file, refusal_of(OSError(error.errno, os.strerror(error.errno))))
    from importlib.metadata import version  # noqa: PLC0415 - only a defect needs it

    return Defect(version("sekskant"), _place_in_our_code(error))


def _place_in_our_code(error: BaseException) -> str:
    """The last line of ours that ran, such as `offers.runs.run:104`."""
    place, at = "", error.__traceback__
    while at is not None:
        module = str(at.tb_frame.f_globals.get("__name__", ""))
        if module.partition(".")[0] in _OURS:
            place = f"{module}:{at.tb_lineno}"
        at = at.tb_next
    return place


def is_defect(error: BaseException) -> bool:
    """Whether an exception is a mistake of ours, and was not foreseen: not where memory ran out, which no part caused.

    >>> is_defect(ZeroDivisionError()), is_defect(Failure("foreseen")), is_defect(PermissionError(13, "denied"))
    (True, False, False)
    >>> is_defect(MemoryError())
    False
    """
    return isinstance(failure_of(error), Defect) and not isinstance(error, MemoryError)


def told_at(place: Place, error: BaseException) -> Diagnostic:
    """A defect of ours, as it is told where one part of an input meets it and the others are decided."""
    return Diagnostic(place, "defect", failure_of(error).words)
