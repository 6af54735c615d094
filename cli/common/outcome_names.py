"""Verdicts and outcomes as people name them: by code, by the rulebook's word, or by what pages call them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar, get_args

from engine.diagnostics import Rejected, near_hint, nearest
from engine.documents.document import read_one
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.language import Text
from engine.rulebooks.rulebook import Outcome, Verdict
from engine.texts.catalogue import Language, Message, message
from engine.values.unicode_forms import in_form

if TYPE_CHECKING:
    from engine.rulebooks.rulebook import Rulebook

Meant = TypeVar("Meant")


class Name(NamedTuple, Generic[Meant]):
    """One way to write what is meant; `shown_in` are the languages whose hints list it."""

    written: str
    meant: Meant
    shown_in: tuple[Language, ...]


class Names(Generic[Meant]):
    """All ways to write the verdicts or outcomes that may be asked for.

    A name is taken in any letter case and Unicode form. One of several words may be left off after any of them, where
    that still means one thing alone.

    >>> known = Names([Name("covered", 1, ("en",)), Name("omfattet af aftalen", 1, ("da",))])
    >>> known.meant("Omfattet"), known.meant("COVERED"), known.meant("omf")
    (1, 1, None)
    >>> str(known.hint("coverd", "en")), str(known.hint("omfatet", "da"))
    ('did you mean `covered`?', 'did you mean `omfattet`?')
    """

    def __init__(self, names: Iterable[Name[Meant]]) -> None:
        self._names = list(names)

    def meant(self, written: str) -> Meant | None:
        """What is meant by what is written; None where that is nothing, or not one thing."""
        key = _key(written)
        exact = {name.meant for name in self._names if _key(name.written) == key}
        found = exact or {name.meant for name in self._names if _key(name.written).startswith(f"{key} ")}
        return found.pop() if len(found) == 1 else None

    def hint(self, written: str, language: Language) -> Message | None:
        """The near name, one of the language first; else the names of the language, where they are few."""
        shown = list(dict.fromkeys(name.written for name in self._names if language in name.shown_in))
        begins = [*sorted({name.split()[0] for name in shown if self.meant(name.split()[0]) is not None}), *shown]
        if nearest(_key(written), begins):
            return near_hint(_key(written), begins)
        others = [name.written for name in self._names]
        if nearest(_key(written), shown) is None and nearest(_key(written), others):
            return near_hint(_key(written), others)
        return near_hint(_key(written), shown)


def _key(written: str) -> str:
    return " ".join(in_form("NFC", in_form("NFC", written).casefold()).split())


def names_of(rulebook: Rulebook, verdicts: Iterable[Verdict]) -> Names[Verdict]:
    """The names of some verdicts by a rulebook: codes, its outcomes, and what both are called.

    >>> from engine.rulebooks.library import Library
    >>> rulebook = Library().choose("hovedstaden.udviklingsstrategi", 2018)
    >>> names_of(rulebook, Verdict).meant("ikke omfattet")
    <Verdict.NOT_MET: 'not_met'>
    """
    some = list(verdicts)
    names = [Name(verdict.value, verdict, ("en",)) for verdict in some]
    names += [Name(rulebook.outcomes[verdict].id, verdict, ("en",)) for verdict in some]
    names += [name for verdict in some for name in _of_outcome(rulebook.outcomes[verdict], verdict)]
    return Names([*names, *(name for verdict in some for name in _of_verdict(verdict, verdict))])


class Asked(NamedTuple):
    """What is asked for: a verdict by any rulebook, or the outcomes that are called so, by those that have them."""

    verdict: str | None = None
    outcomes: tuple[str, ...] | None = None


def names_in(outcomes: Iterable[Mapping[Verdict, Outcome]]) -> Names[Asked]:
    """The names of verdicts, and of the outcomes of several rulebooks, which may call several by one name.

    What names a verdict means that, whatever a rulebook calls so: it asks for no less. The first words of outcomes of
    one verdict mean all of these.

    >>> one, other = ({Verdict.MET: Outcome(name, Text(da=f"omfattet af {name}", en=name))} for name in "ab")
    >>> names_in([one, other]).meant("omfattet").outcomes
    ('a', 'b')
    """
    by_verdict = [(verdict, outcome) for of_one in outcomes for verdict, outcome in of_one.items()]
    several = [outcome for _, outcome in by_verdict]
    verdicts = [Name(verdict.value, Asked(verdict.value), ("en",)) for verdict in Verdict]
    verdicts += [name for verdict in Verdict for name in _of_verdict(verdict, Asked(verdict.value))]
    named = [Name(outcome.id, outcome.id, ("en",)) for outcome in several]
    named += [name for outcome in several for name in _of_outcome(outcome, outcome.id)]
    called: dict[str, set[str]] = {}
    for name in named:
        called.setdefault(_key(name.written), set()).add(name.meant)
    taken = {_key(name.written) for name in verdicts}
    called |= _by_first_words(by_verdict, {*called, *(first for name in taken for first in _first_words(name))})
    asked = {key: Asked(outcomes=tuple(sorted(ids))) for key, ids in called.items() if key not in taken}
    keyed = ((name, asked.get(_key(name.written))) for name in named)
    begun = [Name(key, one, ()) for key, one in asked.items()]
    return Names(
        [*verdicts, *begun, *(Name(name.written, one, name.shown_in) for name, one in keyed if one is not None)]
    )


def _by_first_words(outcomes: Iterable[tuple[Verdict, Outcome]], known: set[str]) -> dict[str, set[str]]:
    """The outcomes that begin with some words, where all that do are of one verdict, and nothing is called so."""
    begun: dict[str, set[tuple[Verdict, str]]] = {}
    for verdict, outcome in outcomes:
        for label in (outcome.label.da, outcome.label.en):
            for first in _first_words(_key(label)):
                begun.setdefault(first, set()).add((verdict, outcome.id))
    one_verdict = {first: found for first, found in begun.items() if len({verdict for verdict, _ in found}) == 1}
    return {first: {one for _, one in found} for first, found in one_verdict.items() if first not in known}


def _first_words(name: str) -> list[str]:
    """What a name begins with: one word, two, and so on, but not all of them."""
    words = name.split()
    return [" ".join(words[:number]) for number in range(1, len(words))]


def outcomes_written(rulebook: str) -> dict[Verdict, Outcome]:
    """The outcomes that the text of a rulebook names, also of one that this version no longer reads as a whole.

    >>> written = "{outcomes: {met: {id: covered, label: {da: omfattet, en: covered}}}}"
    >>> outcomes_written(written)[Verdict.MET].label.da
    'omfattet'
    """
    try:
        written: Any = read_one(rulebook.encode(), "rulebook").plain()
        outcomes = written["outcomes"]
        return {Verdict(name): Outcome(one["id"], _text(one["label"])) for name, one in outcomes.items()}
    except (Rejected, LookupError, TypeError, ValueError, AttributeError):
        return {}


def _text(label: str | dict[str, str]) -> Text:
    return Text(da=label, en=label) if isinstance(label, str) else Text(**label)


def _of_outcome(outcome: Outcome, meant: Meant) -> Iterator[Name[Meant]]:
    yield Name(outcome.label.da, meant, ("da",))
    yield Name(outcome.label.en, meant, ())


_VERDICTS = {
    Verdict.MET: message("fulfilled"),
    Verdict.NOT_MET: message("not fulfilled"),
    Verdict.UNDETERMINED: message("undetermined"),
}


def verdict_word(verdict: str, wording: Wording) -> str:
    """A verdict as people call it, whatever the rulebook.

    >>> verdict_word("not_met", Wording("da"))
    'ikke opfyldt'
    """
    return wording.render(_VERDICTS[Verdict(verdict)]) if verdict else ""


def _of_verdict(verdict: Verdict, meant: Meant) -> Iterator[Name[Meant]]:
    for language in get_args(Language):
        yield Name(verdict_word(verdict.value, Wording(language)), meant, ("da",) if language == "da" else ())
