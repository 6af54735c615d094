"""How a command ends where it cannot go on: with lines that say why and an exit code, never with a traceback."""

from __future__ import annotations

import _thread
import codecs
import io
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import NoReturn

import click

from cli.common.console import present, say
from engine.defects import failure_of
from engine.diagnostics import Defect, Exit, Refused
from engine.harmless import harmless, shown_name
from engine.texts.catalogue import message

READER_IS_GONE = 141
"""The exit code of a program whose output nobody reads on, as shells know it."""
DEBUG = "SEKSKANT_DEBUG"
"""Where this variable is set, a defect shows where it happened."""
AS_ESCAPES = "sekskant.escapes"
"""How a stream writes what is no text, such as the bytes in the name of a file."""


@contextmanager
def in_words() -> Iterator[None]:
    """Whatever is raised inside ends the command in words; only what click itself tells is left to click."""
    try:
        yield
    except BrokenPipeError:
        leave(READER_IS_GONE)
    except KeyboardInterrupt:
        _end_by_signal()
    except click.Abort as error:
        if isinstance(error.__context__, KeyboardInterrupt):
            _end_by_signal()
        raise
    except (click.ClickException, click.exceptions.Exit) as error:
        _make_harmless(error)
        raise
    except BaseException as error:
        if not isinstance(error, Exception) and type(error).__name__ != "PanicException":  # how Rust ends in a mistake
            raise
        code = tell(error)
        if isinstance(failure_of(error), Refused):
            leave(code)
        sys.exit(int(code))


def tell(error: BaseException) -> Exit:
    """Say what was raised, in words; the exit code that it has."""
    failure = failure_of(error)
    if isinstance(failure, Defect):
        show_where_asked(error)
    return present(failure)


def show_where_asked(error: BaseException) -> None:
    """Show where a defect happened, if that is asked for."""
    if os.environ.get(DEBUG):
        _show_traceback(error)


def _make_harmless(error: click.ClickException | click.exceptions.Exit) -> None:
    if isinstance(error, click.ClickException):
        vars(error)["message"] = harmless(error.message)  # which click declares final


def _show_traceback(error: BaseException) -> None:
    import traceback  # noqa: PLC0415 - only a defect needs it

    click.echo(harmless("".join(traceback.format_exception(error)).rstrip()), err=True)


def _end_by_signal() -> NoReturn:
    if _signals.terminated:
        say(message("terminated"))
        sys.exit(int(Exit.TERMINATED))
    say(message("interrupted"))
    sys.exit(int(Exit.INTERRUPTED))


class _Signals:
    """Whether the command was asked to end by SIGTERM, which here interrupts as Ctrl-C does."""

    terminated = False

    def note(self, number: int, frame: FrameType | None) -> None:
        """Take SIGTERM for what it is, once the interpreter comes to it."""
        self.terminated = True

    def interrupt(self, number: int, frame: FrameType | None) -> None:
        """Take SIGTERM for what it is, and end."""
        self.terminated = True
        raise KeyboardInterrupt


_signals = _Signals()


def end_on_sigterm() -> None:
    """Have SIGTERM end the command as an interrupt does, with everything cleared away."""
    import signal  # noqa: PLC0415 - help needs no signals

    if signal.getsignal(signal.SIGINT) is signal.default_int_handler:
        signal.signal(signal.SIGTERM, _signals.interrupt)


def end_at_once_on_sigterm() -> None:
    """Have SIGTERM end the command while Polars is at work, too.

    A handler waits until the interpreter runs again, which can take as long as Polars decides a register; but Polars
    listens to interrupts. So a thread that the system wakes passes SIGTERM on as one.
    """
    import signal  # noqa: PLC0415

    if signal.getsignal(signal.SIGTERM) != _signals.interrupt:
        return
    reading, writing = os.pipe()
    os.set_blocking(writing, False)
    signal.signal(signal.SIGTERM, _signals.note)
    signal.set_wakeup_fd(writing, warn_on_full_buffer=False)
    _thread.start_new_thread(_pass_on, (reading, signal.SIGTERM, signal.SIGINT))


def _pass_on(reading: int, termination: int, interrupt: int) -> None:
    while number := os.read(reading, 1):
        if number[0] == termination:
            _signals.terminated = True
            os.kill(os.getpid(), interrupt)


def leave(code: int) -> NoReturn:
    """End without what is still to be written: nobody takes it."""
    sys.stdout = io.StringIO()
    sys.exit(code)


def _escaped(error: UnicodeError) -> tuple[str, int]:
    assert isinstance(error, UnicodeEncodeError)
    return shown_name(error.object[error.start : error.end]), error.end


codecs.register_error(AS_ESCAPES, _escaped)
