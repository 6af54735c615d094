"""A place that is more than a file is told in the language of the reader, and stays one and the same to machines."""

from __future__ import annotations

from engine.diagnostics import STANDARD_INPUT, Diagnostic, Place, Rejected, place_in_words
from engine.texts.catalogue import message

AT = place_in_words(message("entry"))


def test_a_place_in_words_is_told_in_a_language() -> None:
    assert (AT.file, str(AT.in_language("da")), str(AT.in_language("en"))) == ("entry", "post", "entry")
    assert Diagnostic(AT, "damaged-entry", message("not stated")).in_language("da").words == "ikke oplyst"


def test_a_file_and_a_line_of_standard_input_keep_their_numbers() -> None:
    for place in (Place("offer.yaml", 3, 7), Place(str(STANDARD_INPUT), 3, 7)):
        assert place.in_language("en") == place
        assert place.in_language("da")[1:] == place[1:]
    assert Place("offer.yaml", 3, 7).in_language("da") == Place("offer.yaml", 3, 7)


def test_places_in_words_and_plain_ones_are_put_into_one_order() -> None:
    places = [AT, Place("entry"), Place("a"), place_in_words(message("by"))]
    found = Rejected(Diagnostic(place, "damaged-entry", message("not stated")) for place in places).diagnostics
    assert [str(diagnostic.place) for diagnostic in found] == ["a", "by", "entry", "entry"]
