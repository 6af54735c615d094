"""A defect of ours that an offer met which has no row now: it is told by the run that has it, and costs no other."""

from __future__ import annotations

from typing import NamedTuple

from engine.defects import told_at
from engine.diagnostics import Diagnostic, place_in_words, quoted
from engine.harmless import shown_name
from engine.texts.catalogue import message


class DefectOfOffer(NamedTuple):
    """What was raised where an offer met a defect of ours: the folder or file that has the offer, and its id."""

    file: str
    offer: str
    error: Exception

    @property
    def told(self) -> Diagnostic:
        """The defect, as it is told.

        >>> str(DefectOfOffer("2017", "solhøj", ZeroDivisionError()).told).partition(" sekskant")[0]
        '2017, offer `solhøj`: defect: this is a defect of'
        """
        file, offer = shown_name(self.file), quoted(self.offer)
        return told_at(place_in_words(message("{file}, offer {offer}", file=file, offer=offer)), self.error)
