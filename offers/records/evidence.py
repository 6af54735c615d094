"""Evidence as an offer states it: words and numbers of a file to what each fact can still be."""

from __future__ import annotations

import re
from collections.abc import Iterator
from collections.abc import Mapping as MappingType
from decimal import Decimal
from fractions import Fraction
from functools import partial
from typing import Any

from engine.diagnostics import Diagnostic, Place, Rejected, near_hint, quoted, rejected
from engine.documents.document import Mapping, Node, Scalar, Sequence, number_of
from engine.documents.places import place_of, place_of_key
from engine.documents.shape import fit_or_reject
from engine.evaluation.evidence import NO_PROVENANCE, EveryYear, Evidence, Provenance, State, exact_evidence
from engine.rulebooks.rulebook import NO, YES, FactDeclaration, Vocabulary
from engine.texts.catalogue import Message, message
from engine.texts.joined import OR, joined
from engine.values.comparison import Comparison
from engine.values.interval import Interval
from engine.values.numbers import decimal_text, describe_range
from offers.records.notation import OFFER_FILE, Notation, Written
from offers.records.offer_file import BOUND_KEYS, EVIDENCE_DETAILS, EvidenceEntry
from offers.records.texts import says_something
from offers.records.words import comparable_word, names_of_terms

UNKNOWN = frozenset({"unknown", "ukendt"})
_JUDGED = {"yes": YES, "ja": YES, "true": YES, "no": NO, "nej": NO, "false": NO}
_YEAR = re.compile(r"[0-9]{4}\Z")
_THOUSANDS = r"[-+]?[1-9][0-9]{0,2}\.000\Z"
_COUNTS = r"(?i)(-?[0-9]{1,15}) ?(?:/| af | of ) ?([0-9]{1,15})\Z"
_ONE_SIDED = ({"at_most", "below", "between"}, {"at_least", "above", "between"})


def read_evidence(
    node: Node,
    vocabulary: Vocabulary,
    diagnostics: list[Diagnostic],
    notation: Notation = OFFER_FILE,
    *,
    with_attributes: bool = False,
) -> dict[str, Evidence | MappingType[int, Evidence]]:
    """The evidence in a mapping of fact ids; what is wrong is added to what was found, and left out.

    In an offer file the attributes of the offer stand elsewhere; `with_attributes` accepts them here, of a list the
    words or each word by itself. Hints are in the notation of the input.
    """
    stated: dict[str, Evidence | MappingType[int, Evidence]] = {}
    for name, value in node.entries.items() if isinstance(node, Mapping) else ():
        fact = vocabulary.facts.get(name)
        if fact is None and with_attributes and name in vocabulary.lists:
            stated |= {
                one: evidence for one, evidence in _words_of(value, name, vocabulary, diagnostics) if one not in stated
            }
        elif fact is None or (fact.is_attribute and not with_attributes):
            from offers.records import unknown_names  # noqa: PLC0415 - only a mistake needs it

            not_a_fact = partial(unknown_names.not_a_fact, name, place_of_key(node, name), vocabulary, notation)
            diagnostics.append(not_a_fact(is_empty=_is_empty(value)))
        elif fact.is_yearly:
            stated[name] = _by_year(value, fact, diagnostics, notation)
        elif _is_empty(value):
            continue
        elif evidence := read_one_fact(value, fact, diagnostics, notation):
            stated[name] = evidence
    return stated


def _words_of(
    node: Node, name: str, vocabulary: Vocabulary, diagnostics: list[Diagnostic]
) -> Iterator[tuple[str, Evidence]]:
    """What one word or several of a list, as ids or names, state of each word of it; `unknown` that nobody knows."""
    if _is_empty(node):
        return
    words, terms = vocabulary.lists[name], vocabulary.terms.get(name, {})
    written = node.items if isinstance(node, Sequence) else (node,)
    texts = [item.text for item in written if isinstance(item, Scalar)]
    if len(texts) < len(written):
        words_wrong = message("{kind} where evidence of `{id}` belongs", kind=node.kind, id=name)
        example = f"{name}: [{', '.join(list(words)[:2])}]"
        diagnostics.append(
            Diagnostic(node.place, "evidence-form", words_wrong, message("such as `{example}`", example=example))
        )
        return
    is_unknown = len(texts) == 1 and texts[0].lower() in UNKNOWN
    meant = names_of_terms(terms)
    named = [text if text in words else meant.get(comparable_word(text), text) for text in texts]
    for item, text in zip(written, named, strict=True):
        if text not in words and not is_unknown:
            not_one = message("{written} is not an answer to `{fact}`", written=quoted(text), fact=name)
            advice = near_hint(text, words)
            if text.lower() in UNKNOWN:
                advice = message(
                    "`{word}` stands alone, or beside single words: `{fact}: yes`",
                    word=text,
                    fact=next(iter(words.values())).id,
                )
            diagnostics.append(Diagnostic(item.place, "unknown-answer", not_one, advice))
    for word, fact in words.items():
        if is_unknown:
            yield fact.id, Evidence(fact.domain, State.STATED_UNKNOWN, place=node.place)
        else:
            yield fact.id, Evidence(frozenset({YES if word in named else NO}), State.KNOWN, place=node.place)


def read_one_fact(
    node: Node, fact: FactDeclaration, diagnostics: list[Diagnostic], notation: Notation = OFFER_FILE
) -> Evidence | None:
    """The evidence of one fact or year: a word, a number, or a mapping with bounds; None where it is wrong."""
    try:
        if isinstance(node, Scalar):
            return _Reader(fact, notation).answer(node, NO_PROVENANCE)
        if isinstance(node, Mapping):
            if any(map(_YEAR.match, node.entries)):
                raise rejected(
                    node.place,
                    "evidence-form",
                    message("`{id}` has one value, not one for each year", id=notation.name_of(fact)),
                )
            return _Reader(fact, notation).entry(fit_or_reject(EvidenceEntry, node, notation.names), node)
        diagnostics.append(
            Diagnostic(
                node.place,
                "evidence-form",
                message("{kind} where evidence of `{id}` belongs", kind=node.kind, id=notation.name_of(fact)),
            )
        )
    except Rejected as error:
        diagnostics += error.diagnostics
    return None


def _by_year(
    node: Node, fact: FactDeclaration, diagnostics: list[Diagnostic], notation: Notation
) -> MappingType[int, Evidence]:
    """A value for each year, or unknown for every year; details that stand beside the years go for all of them."""
    if isinstance(node, Scalar) and node.text.lower() in UNKNOWN:
        return EveryYear(Evidence(fact.domain, State.STATED_UNKNOWN, place=node.place))
    if not isinstance(node, Mapping):
        name = notation.name_of(fact)
        advice = message("`{id}: {{2016: 0.61}}`; leave it out where no year is known", id=name)
        diagnostics.append(
            Diagnostic(node.place, "evidence-form", message("`{id}` has a value for each year", id=name), advice)
        )
        return {}
    shared = _details_in(node)
    years: dict[int, Evidence] = {}
    for key, value in node.entries.items():
        if key in shared:
            continue
        if not _YEAR.match(key):
            from offers.records import unknown_names  # noqa: PLC0415 - only a mistake needs it

            not_a_year = partial(unknown_names.not_a_year, key, place_of_key(node, key), notation)
            diagnostics.append(not_a_year(is_empty=_is_empty(value)))
            continue
        written = None if _is_empty(value) else _with_details(value, shared)
        if written is not None and (evidence := read_one_fact(written, fact, diagnostics, notation)):
            years[int(key)] = evidence
    return years


def _details_in(node: Mapping) -> dict[str, Node]:
    return {name: node.entries[name] for name in EVIDENCE_DETAILS if name in node.entries}


def wrong_details_of_years(node: Node, vocabulary: Vocabulary, notation: Notation) -> list[Diagnostic]:
    """What is wrong with details that stand for all years, also where there is no year, or each has its own."""
    found: list[Diagnostic] = []
    for name, value in node.entries.items() if isinstance(node, Mapping) else ():
        fact = vocabulary.facts.get(name)
        if fact is not None and fact.is_yearly and isinstance(value, Mapping) and (shared := _details_in(value)):
            written = _with_details(Scalar(value.place, "unknown", "unknown"), shared)
            read_one_fact(written, fact, found, notation)
    return found


def _with_details(node: Node, shared: dict[str, Node]) -> Node:
    if not shared:
        return node
    own = node.entries if isinstance(node, Mapping) else {"answer": node}
    return Mapping(node.place, {**shared, **own}, node.key_places if isinstance(node, Mapping) else {})


class _Reader:
    """Reads the evidence of one fact; what is wrong is raised as `Rejected`."""

    def __init__(self, fact: FactDeclaration, notation: Notation = OFFER_FILE) -> None:
        self._fact, self._notation = fact, notation
        self._name = notation.name_of(fact)

    def entry(self, entry: EvidenceEntry, node: Mapping) -> Evidence:
        """Evidence from a mapping with an answer or bounds, and its details."""
        details = {name: text for name in EVIDENCE_DETAILS if (text := getattr(entry, name)) is not None}
        diagnostics = [*_empty_details(details, node, self._notation)]
        try:
            evidence = self._stated(entry, node, Provenance(**{name: t for name, t in details.items() if t.strip()}))
        except Rejected as error:
            raise Rejected([*diagnostics, *error.diagnostics]) from None
        if diagnostics:
            raise Rejected(diagnostics)
        return evidence

    def _stated(self, entry: EvidenceEntry, node: Mapping, provenance: Provenance) -> Evidence:
        bounds = {name: getattr(entry, name) for name in BOUND_KEYS if getattr(entry, name) is not None}
        if entry.part is not None or entry.of is not None:
            if bounds or entry.answer is not None or entry.part is None or entry.of is None:
                part, of = map(self._notation.key, ("part", "of"))
                advice = message("`{{{part}: 4, {of}: 12}}`, and neither an answer nor bounds", part=part, of=of)
                raise rejected(
                    node.place,
                    "evidence-form",
                    message("the counts of `{id}` do not go together", id=self._name),
                    advice,
                )
            return self._counts(entry.part, entry.of, f"{entry.part}/{entry.of}", node.place, provenance)
        if (entry.answer is None) is (not bounds):
            own_key, bound = map(self._notation.key, ("answer", "at_most"))
            advice = message("`{answer}: ...`, or bounds such as `{at_most}: ...`", answer=own_key, at_most=bound)
            words = (
                message("`{id}` has both an answer and bounds", id=self._name)
                if bounds
                else message("`{id}` has neither an answer nor bounds", id=self._name)
            )
            raise rejected(node.place, "evidence-form", words, advice)
        if bounds:
            return self._bounds(bounds, node, provenance)
        answer = node.entries["answer"]
        if not isinstance(answer, Scalar):
            raise rejected(answer.place, "evidence-form", message("{kind} where an answer belongs", kind=answer.kind))
        return self.answer(answer, provenance)

    def answer(self, answer: Scalar, provenance: Provenance) -> Evidence:
        """Evidence of one word or number."""
        text, place = answer.text, answer.place
        if text.lower() in UNKNOWN:
            return Evidence(self._fact.domain, State.STATED_UNKNOWN, provenance, place)
        if self._fact.is_number:
            if counts := re.match(_COUNTS, text):
                return self._counts(int(counts[1]), int(counts[2]), text, place, provenance)
            return self._number(answer, provenance)
        word = _JUDGED.get(text.lower(), text) if self._fact.is_judgement else text
        if word not in self._fact.answers:
            from offers.records import proposals  # noqa: PLC0415 - only a mistake needs it

            advice = proposals.answer_hint(text, self._fact, self._notation)
            raise rejected(
                place,
                "unknown-answer",
                message("{answer} is not an answer to `{id}`", answer=quoted(text), id=self._name),
                advice,
            )
        return Evidence(frozenset({word}), State.KNOWN, provenance, place)

    def _number(self, answer: Scalar, provenance: Provenance) -> Evidence:
        read = answer.value if type(answer.value) in (int, Decimal) else number_of(answer.text)
        if not isinstance(read, int | Decimal):
            words = message("{written} where a number belongs", written=quoted(answer.text))
            raise rejected(answer.place, "wrong-type", words, number_hint(answer.text, self._fact, self._notation))
        self._refuse_thousands({"answer": (answer,)})
        number = Decimal(read)
        self._check_range(number, answer.text, answer.place)
        if self._fact.is_whole and number != number.to_integral_value():
            raise rejected(
                answer.place,
                "wrong-type",
                message("{written} where a whole number belongs", written=quoted(answer.text)),
                self._range(),
            )
        return exact_evidence(number, answer.place, provenance)

    def _counts(self, part: int, of: int, written: str, place: Place, provenance: Provenance) -> Evidence:
        """Evidence of a number that is a fraction: so many of so many."""
        domain = self._fact.domain
        if not isinstance(domain, Interval):
            advice = self._answers
            raise rejected(place, "evidence-form", message("`{id}` has an answer, not counts", id=self._name), advice)
        if of == 0:
            raise rejected(
                place,
                "wrong-type",
                message("{written} where a number belongs", written=quoted(written)),
                message("nothing is a part of 0"),
            )
        number = Fraction(part, of)
        if number not in domain:
            words = message("{written} is not possible for `{id}`", written=written, id=self._name)
            raise rejected(place, "evidence-out-of-range", words, self._range())
        if self._fact.is_whole and number.denominator > 1:
            raise rejected(
                place,
                "wrong-type",
                message("{written} where a whole number belongs", written=quoted(written)),
                self._range(),
            )
        return Evidence(Interval.exactly(number), State.KNOWN, provenance, place)

    def _bounds(self, bounds: dict[str, Any], node: Mapping, provenance: Provenance) -> Evidence:
        domain = self._fact.domain
        if not isinstance(domain, Interval):
            advice = self._answers
            raise rejected(
                node.place, "evidence-form", message("`{id}` has an answer, not bounds", id=self._name), advice
            )
        if any(len(side & set(bounds)) > 1 for side in _ONE_SIDED) or len(bounds.get("between", "..")) != 2:
            words = message("the bounds of `{id}` do not go together", id=self._name)
            raise rejected(node.place, "evidence-form", words, self._notation.bounds)
        entries = {name: node.entries[name] for name in bounds}
        ends = {name: end.items if isinstance(end, Sequence) else (end,) for name, end in entries.items()}
        self._refuse_thousands(ends)
        interval = Interval()
        for name, bound in bounds.items():
            for number, end in zip(bound if name == "between" else [bound], ends[name], strict=True):
                self._check_range(number, end.text if isinstance(end, Scalar) else f"{number:f}", place_of(node, name))
            interval = interval.intersect(_bounded(name, bound))
        return Evidence(self._possible(interval, domain, node.place), State.KNOWN, provenance, node.place)

    def _possible(self, interval: Interval, domain: Interval, place: Place) -> Interval:
        """What the bounds leave of the fact's range."""
        if interval.is_empty:
            raise rejected(place, "empty-interval", message("no number lies within these bounds"))
        possible = interval.intersect(domain)
        possible = possible.whole() if self._fact.is_whole else possible
        if possible.is_empty:
            words = message("no number within these bounds is possible for `{id}`", id=self._name)
            raise rejected(place, "empty-interval", words, self._range())
        return possible

    def _check_range(self, number: Decimal, written: str, place: Place) -> None:
        domain = self._fact.domain
        assert isinstance(domain, Interval)
        if Fraction(number) not in domain:
            advice = self._range()
            if self._fact.is_share and 2 <= number <= 100:
                share = self._notation.number(decimal_text(Fraction(number) / 100))
                advice = message("{range}; {number} % is {share}", range=advice, number=written, share=share)
            words = message("{written} is not possible for `{id}`", written=written, id=self._name)
            raise rejected(place, "evidence-out-of-range", words, advice)

    def _refuse_thousands(self, ends: MappingType[str, tuple[Node, ...]]) -> None:
        """Refuse a number whose point may stand between thousands.

        Raises:
            Rejected: it can be read as two numbers.
        """
        texts = {word: tuple(n.text for n in nodes if isinstance(n, Scalar)) for word, nodes in ends.items()}
        for text, place in ((n.text, n.place) for nodes in ends.values() for n in nodes if isinstance(n, Scalar)):
            if is_thousands(text):
                few, many = text.removesuffix(".000"), text.replace(".", "")
                each = (
                    {word: tuple(read if n == text else n for n in numbers) for word, numbers in texts.items()}
                    for read in (few, many)
                )
                proposed = [self._notation.written(written) for written in each if _is_read(written, self._fact)]
                forms = (f"`{form}`" for form in proposed)
                advice = message("write {forms}", forms=joined(forms, OR)) if proposed else self._range()
                words = message("`{written}` can be read as {few} and as {many}", written=text, few=few, many=many)
                raise rejected(place, "wrong-type", words, advice)

    @property
    def _answers(self) -> Message | None:
        """The fact's answers, for hints."""
        from offers.records import proposals  # noqa: PLC0415 - only a mistake needs it

        return proposals.answer_hint("", self._fact, self._notation)

    def _range(self) -> Message:
        """The fact's range in words, for hints."""
        domain = self._fact.domain
        assert isinstance(domain, Interval)
        return describe_range(domain, is_whole=self._fact.is_whole)


def _empty_details(details: MappingType[str, str], node: Mapping, notation: Notation) -> Iterator[Diagnostic]:
    """The details that say nothing: a blank is none, and dots are still to be filled in."""
    for name, text in details.items():
        if text.strip() and not says_something(text):
            words = message("{written} where `{name}` belongs", written=quoted(text), name=notation.key(name))
            yield Diagnostic(place_of(node, name), "evidence-form", words, message("fill it in, or leave it out"))


def _bounded(name: str, bound: Any) -> Interval:
    if name == "between":
        return Interval(Fraction(bound[0]), Fraction(bound[1]))
    return Comparison(name).passing(Fraction(bound))


def is_thousands(text: str) -> bool:
    """Whether the point of a number may stand between thousands: `1.000` can be read as 1 and as 1000."""
    return re.match(_THOUSANDS, text) is not None


def number_hint(text: str, fact: FactDeclaration, notation: Notation) -> Message | None:
    """What should be written for a number or bound that is written in another way."""
    from offers.records import proposals  # noqa: PLC0415 - only a mistake needs it

    return proposals.number_hint(text, fact, notation, partial(_is_read, fact=fact))


def _is_read(written: Written, fact: FactDeclaration) -> bool:
    """Whether evidence is taken, so that it can be proposed."""
    if any(isinstance(number_of(n), str) and not re.match(_COUNTS, n) for numbers in written.values() for n in numbers):
        return False
    place, found = Place(""), list[Diagnostic]()
    scalars = {word: tuple(Scalar(place, number_of(n), n) for n in numbers) for word, numbers in written.items()}
    if (answer := scalars.get("answer")) is not None:
        return read_one_fact(answer[0], fact, found) is not None
    ends: dict[str, Node] = {w: Sequence(place, n) if w == "between" else n[0] for w, n in scalars.items()}
    return read_one_fact(Mapping(place, ends, dict.fromkeys(ends, place)), fact, found) is not None


def _is_empty(node: Node) -> bool:
    """Whether nothing is written: a key whose value is left open states nothing."""
    return isinstance(node, Scalar) and node.value is None
