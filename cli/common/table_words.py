"""What tables for a person say: headings for the names of columns, and words for what stands in them as codes."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from cli.common.outcome_names import verdict_word
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import Outcome, Rulebook, Verdict, Vocabulary
from engine.texts.catalogue import Language, Message, message_in

_HEADINGS: Mapping[str, Message] = {
    "act": message_in("column", "Act"),
    "agrees": message_in("column", "Agrees"),
    "area": message_in("column", "Area"),
    "as_of": message_in("column", "As of"),
    "basis": message_in("column", "Basis"),
    "because": message_in("column", "Reason"),
    "because_of": message_in("column", "Because of"),
    "by": message_in("column", "By"),
    "carried_by": message_in("column", "Carried by criteria"),
    "cause": message_in("column", "Cause"),
    "causes": message_in("column", "What was enough"),
    "change": message_in("column", "Change"),
    "code": message_in("column", "Code"),
    "column": message_in("column", "Column"),
    "computed": message_in("column", "Computed"),
    "content_digest": message_in("column", "Digest of the content"),
    "counted_by": message_in("column", "Counted by"),
    "counts": message_in("column", "Counts"),
    "criteria": message_in("column", "Criteria"),
    "criterion": message_in("column", "Criterion"),
    "criterion_status": message_in("column", "Status of the criterion"),
    "date": message_in("column", "Date"),
    "decisive": message_in("column", "Decisive"),
    "departs": message_in("column", "Departs"),
    "digest": message_in("column", "Digest"),
    "evidence": message_in("column", "Evidence"),
    "evidence_before": message_in("column", "Evidence before"),
    "evidence_now": message_in("column", "Evidence now"),
    "fact": message_in("column", "Fact"),
    "facts": message_in("column", "Facts"),
    "group": message_in("column", "Group"),
    "hint": message_in("column", "Hint"),
    "id": message_in("column", "Entry"),
    "input_remarks": message_in("column", "Remarks on the input"),
    "kind": message_in("column", "Kind"),
    "label": message_in("column", "Label"),
    "likely_misprinted": message_in("column", "Likely misprinted"),
    "margin": message_in("column", "Margin"),
    "missing_for_met": message_in("column", "Missing to be fulfilled"),
    "missing_for_not_met": message_in("column", "Missing not to be fulfilled"),
    "missing": message_in("column", "Missing"),
    "municipality": message_in("column", "Municipality"),
    "name": message_in("column", "Name"),
    "near_threshold": message_in("column", "Near a threshold"),
    "note": message_in("column", "Note"),
    "notes": message_in("column", "Notes"),
    "number": message_in("column", "Number"),
    "offer": message_in("column", "Offer"),
    "offers": message_in("column", "Offers"),
    "overridden": message_in("column", "Decided otherwise by people"),
    "part": message_in("column", "Part of the list"),
    "places": message_in("column", "Places"),
    "places_unknown": message_in("column", "Offers with places not stated"),
    "operator": message_in("column", "Operator"),
    "operator_name": message_in("column", "Municipality (operator)"),
    "outcome": message_in("column", "Outcome"),
    "place": message_in("column", "Place"),
    "possible": message_in("column", "Possible"),
    "previous_verdict": message_in("column", "Outcome before"),
    "printed": message_in("column", "Printed"),
    "question": message_in("column", "Question"),
    "quantity": message_in("column", "Quantity"),
    "reason": message_in("column", "What is wrong"),
    "recorded_at": message_in("column", "Recorded (UTC)"),
    "recorded_by": message_in("column", "Recorded by"),
    "recorded_override": message_in("column", "Decided by people"),
    "recorded_override_at": message_in("column", "When people decided so (UTC)"),
    "recorded_override_because": message_in("column", "Why people decided so"),
    "recorded_override_by": message_in("column", "Who decided so"),
    "reference": message_in("column", "Reference"),
    "reservation": message_in("column", "Reservation"),
    "respite": message_in("column", "Respite"),
    "row": message_in("column", "Row"),
    "rulebook": message_in("column", "Rulebook"),
    "run": message_in("column", "Run"),
    "said": message_in("column", "What it says"),
    "sections": message_in("column", "Sections"),
    "self_owning": message_in("column", "Self-owning"),
    "services": message_in("column", "Act and sections"),
    "sheets": message_in("column", "Sheet"),
    "software": message_in("column", "Software"),
    "source": message_in("column", "Source"),
    "status": message_in("column", "Status"),
    "table": message_in("column", "Table"),
    "target_group": message_in("column", "Target group"),
    "test": message_in("column", "Test"),
    "threshold": message_in("column", "Threshold"),
    "title": message_in("column", "Title"),
    "unit": message_in("column", "Unit"),
    "value": message_in("column", "Value"),
    "verdict": message_in("column", "Verdict"),
    "version": message_in("column", "Version"),
    "whom": message_in("column", "Whom to ask"),
    "why": message_in("column", "Why"),
    "year": message_in("column", "Agreement year"),
}
_POINT = re.compile(r"(?<=[0-9])\.(?=[0-9])")


class TableWords:
    """Says what tables hold, as a person reads it in a language.

    >>> words = TableWords(Wording("da"))
    >>> words.headings(["offer", "A1"]), words.yes_no(True), words.decimals("0.3..0.5")
    (['Tilbud', 'A1'], 'ja', '0,3..0,5')
    """

    def __init__(self, wording: Wording) -> None:
        self.wording = wording

    def headings(self, names: Iterable[str]) -> list[str]:
        """The headings of columns; a name that is none of ours, such as the id of a criterion, stays as it is."""
        return [self.wording.render(_HEADINGS.get(name, name)) for name in names]

    def yes_no(self, holds: bool) -> str:
        """Whether something holds."""
        return self.wording.pgettext("cell", "yes") if holds else self.wording.pgettext("cell", "no")

    def decimals(self, number: str) -> str:
        """Numbers that files write with a point, as the language writes them."""
        return _POINT.sub(",", number) if self.wording.language == "da" else number

    def services(self, cell: str, vocabulary: Vocabulary) -> str:
        """Services as the form says them; a cell that is none stays as it is."""
        from offers.tables.services import services_of_cell  # noqa: PLC0415 - only tables of a run have such cells

        said = services_of_cell(cell, vocabulary.terms.get("act", {}))
        return self.decimals(cell) if said is None else self.wording.text(said)

    def status(self, code: str) -> str:
        """The status of a criterion or test."""
        return self.wording.phrase(code) if code else ""

    def verdict(self, code: str) -> str:
        """A verdict, whatever the rulebook."""
        return verdict_word(code, self.wording)

    def label(self, outcomes: Mapping[Verdict, Outcome], outcome: str) -> str:
        """An outcome by its id, as its rulebook calls it."""
        labels = {one.id: self.wording.text(one.label) for one in outcomes.values()}
        return labels.get(outcome, outcome)

    def basis(self, rulebook: Rulebook, basis: str) -> str:
        """What decides: an override, or the rule itself."""
        titles = {override.id: override.title for override in rulebook.overrides}
        titles[rulebook.rule.id] = rulebook.rule.title
        return self.wording.text(titles[basis]) if basis in titles else basis


def headings(names: Sequence[str], language: Language) -> Sequence[str]:
    """The first line of a CSV table: headings in Danish, in English the names of the columns, which programs read."""
    return TableWords(Wording("da")).headings(names) if language == "da" else names
