"""An answer that came back on an offer, and what is told where it says another thing than what stands elsewhere."""

from __future__ import annotations

from typing import NamedTuple

from engine.diagnostics import Diagnostic, Place, quoted
from engine.texts.catalogue import Message, message
from offers.records.offer import Offer


class Answer(NamedTuple):
    """A row that came back: the file it stands in, and what it says of an offer."""

    file: str
    offer: Offer

    @property
    def file_name(self) -> str:
        """The file without the folders that it is in."""
        return self.file.replace("\\", "/").rpartition("/")[2]


def answered_otherwise(place: Place, what: Message, before: Message, now: Message) -> Diagnostic:
    """What is told of an answer that says another thing than the register."""
    words = message(
        "{what} is {before} in the register and {now} in the answer: the register is left as it is",
        what=what,
        before=before,
        now=now,
    )
    advice = message("find out which is right; if it is the answer, correct the register")
    return Diagnostic(place, "answered-otherwise", words, advice)


def two_answers(what: Message, first: Message, at: Place, second: Message, place: Place) -> Diagnostic:
    """What is told of two answers that say different things."""
    words = message(
        "two answers on {what}: {first} ({place}) and {second}; neither is taken",
        what=what,
        first=first,
        place=at,
        second=second,
    )
    return Diagnostic(place, "answered-otherwise", words, message("leave the right one, and take the other out"))


def text_in_cell(text: object) -> Message:
    """What stands in a cell that describes an offer, or beside evidence."""
    return Message("{text}", (("text", quoted(str(text))),))
