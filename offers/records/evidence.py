"""Evidence as an offer states it: words and numbers of a file to what each fact can still be."""

from __future__ import annotations

import re
from decimal import Decimal
from fractions import Fraction
from typing import Any

from engine.diagnostics import Diagnostic, Place, Rejected, key_hint, near_hint, quoted, rejected
from engine.documents.document import Mapping, Node, Scalar, Sequence, number_of
from engine.documents.places import place_of, place_of_key
from engine.documents.shape import fit_or_reject
from engine.evaluation.evidence import NO_PROVENANCE, Evidence, Provenance, State, exact_evidence
from engine.rulebooks.rulebook import NO, YES, FactDeclaration, Vocabulary
from engine.values.comparison import Comparison
from engine.values.interval import Interval
from engine.values.numbers import decimal_text, describe_range, number_hint
from offers.records.offer_file import BOUND_KEYS, EVIDENCE_DETAILS, EvidenceEntry
from offers.records.texts import says_something

UNKNOWN = frozenset({"unknown", "ukendt"})
_JUDGED = {"yes": YES, "ja": YES, "true": YES, "no": NO, "nej": NO, "false": NO}
_YEAR = re.compile(r"[0-9]{4}\Z")
_THOUSANDS = re.compile(r"\+?[1-9][0-9]{0,2}\.000\Z")
_COUNTS = re.compile(r"(-?[0-9]{1,15}) ?(?:/| af | of ) ?([0-9]{1,15})\Z")
_BOUND_WORDS = {
    **dict.fromkeys(("<=", "≤", "højst", "max", "at most"), "at_most"),
    **dict.fromkeys((">=", "≥", "mindst", "min", "at least"), "at_least"),
    **dict.fromkeys(("<", "under", "below"), "below"),
    **dict.fromkeys((">", "over", "above"), "above"),
}
_ONE_SIDED = ({"at_most", "below", "between"}, {"at_least", "above", "between"})


def read_evidence(
    node: Node, vocabulary: Vocabulary, diagnostics: list[Diagnostic], *, with_attributes: bool = False
) -> dict[str, Evidence | dict[int, Evidence]]:
    """The evidence in a mapping of fact ids; what is wrong is added to what was found, and left out.

    In an offer file the attributes of the offer stand elsewhere; `with_attributes` accepts them here.
    """
    stated: dict[str, Evidence | dict[int, Evidence]] = {}
    for name, value in node.entries.items() if isinstance(node, Mapping) else ():
        fact = vocabulary.facts.get(name)
        if fact is None or (fact.is_attribute and not with_attributes):
            diagnostics.append(_not_a_fact(name, place_of_key(node, name), vocabulary, is_empty=_is_empty(value)))
        elif fact.is_yearly:
            stated[name] = _by_year(value, fact, diagnostics)
        elif _is_empty(value):
            continue
        elif evidence := read_one_fact(value, fact, diagnostics):
            stated[name] = evidence
    return stated


def read_one_fact(node: Node, fact: FactDeclaration, diagnostics: list[Diagnostic]) -> Evidence | None:
    """The evidence of one fact or year: a word, a number, or a mapping with bounds; None where it is wrong."""
    try:
        if isinstance(node, Scalar):
            return _Reader(fact).answer(node, NO_PROVENANCE)
        if isinstance(node, Mapping):
            if any(map(_YEAR.match, node.entries)):
                raise rejected(node.place, "evidence-form", f"`{fact.id}` has one value, not one for each year")
            return _Reader(fact).entry(fit_or_reject(EvidenceEntry, node), node)
        diagnostics.append(
            Diagnostic(node.place, "evidence-form", f"{node.kind} where evidence of `{fact.id}` belongs")
        )
    except Rejected as error:
        diagnostics += error.diagnostics
    return None


def _not_a_fact(name: str, place: Place, vocabulary: Vocabulary, *, is_empty: bool) -> Diagnostic:
    if name in vocabulary.facts:
        hint = "the offer's own keys say it: `operator`, `agreement_with`, `service_type`"
        return Diagnostic(place, "evidence-form", f"`{name}` is an attribute of the offer, not evidence", hint)
    known = [f.id for f in vocabulary.facts.values() if not f.is_attribute]
    return Diagnostic(
        place, "unknown-fact", f"there is no fact {quoted(name)}", key_hint(name, known, is_empty=is_empty)
    )


def _by_year(node: Node, fact: FactDeclaration, diagnostics: list[Diagnostic]) -> dict[int, Evidence]:
    """A value for each year; details that stand beside the years go for all of them."""
    if not isinstance(node, Mapping):
        hint = f"`{fact.id}: {{2016: 0.61}}`; leave it out where no year is known"
        diagnostics.append(Diagnostic(node.place, "evidence-form", f"`{fact.id}` has a value for each year", hint))
        return {}
    shared = {name: node.entries[name] for name in EVIDENCE_DETAILS if name in node.entries}
    years: dict[int, Evidence] = {}
    for key, value in node.entries.items():
        if key in shared:
            continue
        if not _YEAR.match(key):
            diagnostics.append(_not_a_year(key, place_of_key(node, key), is_empty=_is_empty(value)))
        elif not _is_empty(value) and (evidence := read_one_fact(_with_details(value, shared), fact, diagnostics)):
            years[int(key)] = evidence
    return years


def _not_a_year(key: str, place: Place, *, is_empty: bool) -> Diagnostic:
    hint = key_hint(key, EVIDENCE_DETAILS, is_empty=is_empty)
    if key.isdecimal() and not is_empty:
        hint = "a year has four digits"
    return Diagnostic(place, "evidence-form", f"{quoted(key)} is not a year", hint)


def _with_details(node: Node, shared: dict[str, Node]) -> Node:
    if not shared:
        return node
    own = node.entries if isinstance(node, Mapping) else {"answer": node}
    return Mapping(node.place, {**shared, **own}, node.key_places if isinstance(node, Mapping) else {})


class _Reader:
    """Reads the evidence of one fact; what is wrong is raised as `Rejected`."""

    def __init__(self, fact: FactDeclaration) -> None:
        self._fact = fact

    def entry(self, entry: EvidenceEntry, node: Mapping) -> Evidence:
        """Evidence from a mapping with an answer or bounds, and its details."""
        provenance = Provenance(**{name: _detail(getattr(entry, name), name, node) for name in EVIDENCE_DETAILS})
        bounds = {name: getattr(entry, name) for name in BOUND_KEYS if getattr(entry, name) is not None}
        if entry.part is not None or entry.of is not None:
            if bounds or entry.answer is not None or entry.part is None or entry.of is None:
                hint = "`{part: 4, of: 12}`, and neither an answer nor bounds"
                raise rejected(node.place, "evidence-form", f"the counts of `{self._fact.id}` do not go together", hint)
            return self._counts(entry.part, entry.of, f"{entry.part}/{entry.of}", node.place, provenance)
        if (entry.answer is None) is (not bounds):
            hint = "`answer: ...`, or bounds such as `at_most: ...`"
            contents = "both an answer and bounds" if bounds else "neither an answer nor bounds"
            raise rejected(node.place, "evidence-form", f"`{self._fact.id}` has {contents}", hint)
        if bounds:
            return self._bounds(bounds, node, provenance)
        answer = node.entries["answer"]
        if not isinstance(answer, Scalar):
            raise rejected(answer.place, "evidence-form", f"{answer.kind} where an answer belongs")
        return self.answer(answer, provenance)

    def answer(self, answer: Scalar, provenance: Provenance) -> Evidence:
        """Evidence of one word or number."""
        text, place = answer.text, answer.place
        if text.lower() in UNKNOWN:
            return Evidence(self._fact.domain, State.STATED_UNKNOWN, provenance, place)
        if self._fact.is_number:
            if counts := _COUNTS.match(text):
                return self._counts(int(counts[1]), int(counts[2]), text, place, provenance)
            return self._number(answer, provenance)
        word = _JUDGED.get(text.lower(), text) if self._fact.is_judgement else text
        if word not in self._fact.answers:
            hint = near_hint(text, [*self._fact.answers, "unknown"])
            raise rejected(place, "unknown-answer", f"`{text}` is not an answer to `{self._fact.id}`", hint)
        return Evidence(frozenset({word}), State.KNOWN, provenance, place)

    def _number(self, answer: Scalar, provenance: Provenance) -> Evidence:
        read = answer.value if type(answer.value) in (int, Decimal) else number_of(answer.text)
        if not isinstance(read, int | Decimal):
            message = f"`{answer.text}` where a number belongs"
            raise rejected(answer.place, "wrong-type", message, _number_hint(answer.text))
        _refuse_thousands(answer)
        number = Decimal(read)
        self._check_range(number, answer.place)
        if self._fact.is_whole and number % 1:
            raise rejected(answer.place, "wrong-type", f"`{answer.text}` where a whole number belongs")
        return exact_evidence(number, answer.place, provenance)

    def _counts(self, part: int, of: int, written: str, place: Place, provenance: Provenance) -> Evidence:
        """Evidence of a number that is a fraction: so many of so many."""
        domain = self._fact.domain
        if not isinstance(domain, Interval):
            hint = near_hint("", [*self._fact.answers, "unknown"])
            raise rejected(place, "evidence-form", f"`{self._fact.id}` has an answer, not counts", hint)
        if of == 0:
            raise rejected(place, "wrong-type", f"{quoted(written)} where a number belongs", "nothing is a part of 0")
        number = Fraction(part, of)
        if number not in domain:
            message = f"{written} is not possible for `{self._fact.id}`"
            raise rejected(place, "evidence-out-of-range", message, self._range())
        if self._fact.is_whole and number.denominator > 1:
            raise rejected(place, "wrong-type", f"{quoted(written)} where a whole number belongs")
        return Evidence(Interval.exactly(number), State.KNOWN, provenance, place)

    def _bounds(self, bounds: dict[str, Any], node: Mapping, provenance: Provenance) -> Evidence:
        fact, domain = self._fact, self._fact.domain
        if not isinstance(domain, Interval):
            hint = near_hint("", [*fact.answers, "unknown"])
            raise rejected(node.place, "evidence-form", f"`{fact.id}` has an answer, not bounds", hint)
        if any(len(side & set(bounds)) > 1 for side in _ONE_SIDED) or len(bounds.get("between", "..")) != 2:
            hint = "at most one of `at_least`, `above` and one of `at_most`, `below`; or `between: [a, b]`"
            raise rejected(node.place, "evidence-form", f"the bounds of `{fact.id}` do not go together", hint)
        for name in bounds:
            written = node.entries[name]
            for end in written.items if isinstance(written, Sequence) else (written,):
                _refuse_thousands(end)
        interval = Interval()
        for name, bound in bounds.items():
            for number in bound if name == "between" else [bound]:
                self._check_range(number, place_of(node, name))
            interval = interval.intersect(_bounded(name, bound))
        return Evidence(self._possible(interval, domain, node.place), State.KNOWN, provenance, node.place)

    def _possible(self, interval: Interval, domain: Interval, place: Place) -> Interval:
        """What the bounds leave of the fact's range."""
        if interval.is_empty:
            raise rejected(place, "empty-interval", "no number lies within these bounds")
        possible = interval.intersect(domain)
        possible = possible.whole() if self._fact.is_whole else possible
        if possible.is_empty:
            message = f"no number within these bounds is possible for `{self._fact.id}`"
            raise rejected(place, "empty-interval", message, self._range())
        return possible

    def _check_range(self, number: Decimal, place: Place) -> None:
        domain = self._fact.domain
        assert isinstance(domain, Interval)
        if Fraction(number) not in domain:
            hint = self._range()
            if self._fact.is_share and 2 <= number <= 100:
                hint += f"; {number:f} % is {decimal_text(Fraction(number) / 100)}"
            raise rejected(place, "evidence-out-of-range", f"{number:f} is not possible for `{self._fact.id}`", hint)

    def _range(self) -> str:
        """The fact's range in words, for hints."""
        domain = self._fact.domain
        assert isinstance(domain, Interval)
        return describe_range(domain, is_whole=self._fact.is_whole)


def _refuse_thousands(number: Node) -> None:
    """Refuse a number whose point may stand between thousands.

    Raises:
        Rejected: it can be read as two numbers.
    """
    if isinstance(number, Scalar) and _THOUSANDS.match(number.text):
        few, many = number.text.removesuffix(".000"), number.text.replace(".", "")
        message = f"`{number.text}` can be read as {few} and as {many}"
        raise rejected(number.place, "wrong-type", message, f"write `{few}` or `{many}`")


def _detail(text: str | None, name: str, node: Mapping) -> str | None:
    """What is said in a detail; a blank says nothing, and dots are still to be filled in."""
    if text is None or not text.strip():
        return None
    if not says_something(text):
        message = f"{quoted(text)} where `{name}` belongs"
        raise rejected(place_of(node, name), "evidence-form", message, "fill it in, or leave it out")
    return text


def _bounded(name: str, bound: Any) -> Interval:
    if name == "between":
        return Interval(Fraction(bound[0]), Fraction(bound[1]))
    return Comparison(name).passing(Fraction(bound))


def _number_hint(text: str) -> str | None:
    """What a number or bound that is written in another way should be.

    >>> _number_hint("0,5"), _number_hint("<=0.5"), _number_hint("mindst 3"), _number_hint("2-3")
    ('write `0.5`', 'write `{at_most: 0.5}`', 'write `{at_least: 3}`', 'write `{between: [2, 3]}`')
    """
    plain = text.strip().replace(",", ".")
    if not plain:
        return "write a number, or a bound such as `{above: 3}`"
    if bound := re.match(r"(\D+?) ?([0-9.]+)\Z", plain):
        word = _BOUND_WORDS.get(bound[1].casefold())
        return f"write `{{{word}: {bound[2]}}}`" if word else number_hint(text)
    if ends := re.match(r"([0-9.]+) ?(?:-|–|\.\.|til|to) ?([0-9.]+)\Z", plain):
        return f"write `{{between: [{ends[1]}, {ends[2]}]}}`"
    return number_hint(text)


def _is_empty(node: Node) -> bool:
    """Whether nothing is written: a key whose value is left open states nothing."""
    return isinstance(node, Scalar) and node.value is None
