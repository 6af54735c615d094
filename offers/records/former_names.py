"""Facts that an offer file, a case or a table calls by a name of before, by which they are read."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from engine.diagnostics import Diagnostic, Place
from engine.documents.document import Mapping, Node
from engine.documents.places import place_of_key
from engine.rulebooks.rulebook import Vocabulary
from engine.texts.catalogue import message


class FormerName(NamedTuple):
    """A fact by its id, the id of before by which it is called, and where that stands."""

    fact: str
    name: str
    place: Place


def with_present_ids(
    evidence: Node, vocabulary: Vocabulary, diagnostics: list[Diagnostic]
) -> tuple[Node, tuple[FormerName, ...]]:
    """A mapping of evidence by the ids that facts have now, and the former ones that stand in it.

    A fact that stands there by two names is a mistake, also where both say the same.
    """
    present_ids = vocabulary.present_ids
    if not isinstance(evidence, Mapping) or present_ids.keys().isdisjoint(evidence.entries):
        return evidence, ()
    entries, places, former, first = dict[str, Node](), dict[str, Place](), list[FormerName](), dict[str, str]()
    for written, node in _present_first(evidence, present_ids):
        name, place = present_ids.get(written, written), place_of_key(evidence, written)
        if name in entries:
            diagnostics.append(_two_names(written, first[name], name, evidence))
            continue
        entries[name], places[name], first[name] = node, place, written
        if name != written:
            former.append(FormerName(name, written, place))
    return evidence._replace(entries=entries, key_places=places), tuple(former)


def _present_first(evidence: Mapping, present_ids: dict[str, str]) -> Iterable[tuple[str, Node]]:
    """Evidence by its keys, what has its name of now before what has one of before."""
    return sorted(evidence.entries.items(), key=lambda entry: entry[0] in present_ids)


def _two_names(written: str, other: str, fact: str, evidence: Mapping) -> Diagnostic:
    """What is wrong with a fact that stands by two names."""
    words = message("`{other}` and `{former}` are one fact, and say different things")
    advice = message("leave out the one that is wrong; the fact is called `{fact}` now", fact=fact)
    if evidence.entries[written].plain() == evidence.entries[other].plain():
        words = message("`{former}` is the fact that `{other}` says already")
        advice = message("leave it out; the fact is called `{fact}` now", fact=fact)
    place = place_of_key(evidence, written)
    return Diagnostic(place, "duplicate-key", words.filled(other=other, former=written), advice)


def former_key(written: str, vocabulary: Vocabulary) -> str | None:
    """The former id that a key of evidence is, whatever its case; None where it is none."""
    folded = written.lower()
    return next((former for former in vocabulary.present_ids if former.lower() == folded), None)


def in_order_of_facts(names: Iterable[FormerName]) -> Iterator[tuple[str, str, list[Place]]]:
    """Each fact with a name of before, and all places at which it is called so."""
    places: dict[tuple[str, str], list[Place]] = {}
    for one in names:
        places.setdefault((one.fact, one.name), []).append(one.place)
    for (fact, name), several in sorted(places.items()):
        yield fact, name, several
