"""The remarks that end a justification: notes on the decision, and what was published elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from engine.decisions.trace import Note, Published, Trace
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import Verdict
from engine.texts.catalogue import message

_LISTS = {
    "grounds": message("what the decision follows from"),
    "missing": message("what could settle the outcome"),
    "smallest_change": message("what would change the decision"),
    "decisive": message("which criteria decide alone"),
}


class Remarks:
    """Puts the notes of a trace into sentences; a note that the text has said in its place is left out."""

    def __init__(self, trace: Trace, wording: Wording) -> None:
        self._trace, self._wording = trace, wording
        self._gettext, self._render = wording.gettext, wording.render

    def sentences(self) -> Iterator[str]:
        """A sentence for each note, then one for each published outcome."""
        worded = {
            "not_in_force": self._not_in_force,
            "assumed": self._assumed,
            "unused_evidence": self._unused_evidence,
            "superset_not_met": self._superset_not_met,
            "superset_undetermined": self._superset_undetermined,
            "superset_not_assessed": self._superset_not_assessed,
            "published_contradiction": self._published_contradiction,
            "published_unknown": self._published_unknown,
            "incomplete": self._incomplete,
            "approximated": self._approximated,
        }
        yield from (worded[note.code](note) for note in self._trace.notes if note.code in worded)
        for published in self._trace.subject.published:
            if published.rulebook == self._trace.rulebook.id:
                yield self._published(published)

    def _label(self, outcome: str) -> str:
        labels = {o.id: self._wording.text(o.label) for o in self._trace.rulebook.outcomes.values()}
        return labels.get(outcome, outcome)

    def _published(self, published: Published) -> str:
        year, label = published.year, self._label(published.outcome)
        where = f" ({published.reference})" if published.reference else ""
        return self._gettext(
            "Published outcome for {year}: {label}{where}. Shown for information; not used in the assessment.",
            year=year,
            label=label,
            where=where,
        )

    def _not_in_force(self, note: Note) -> str:
        begins, ends, day = note.detail["from"], note.detail["until"] or "…", f"{self._trace.year}-01-01"
        return self._gettext(
            "The rulebook applies {begins} – {ends} and is not in force on {day}. It was used as asked for.",
            begins=begins,
            ends=ends,
            day=day,
        )

    def _assumed(self, note: Note) -> str:
        fact = self._trace.rulebook.vocabulary.facts[str(note.detail["fact"])]
        label = self._wording.text(fact.label)
        answer = self._wording.quoted(self._wording.answer(fact, str(note.detail["answer"])))
        return self._gettext("{label} is not stated; {answer} is assumed.", label=label, answer=answer)

    def _unused_evidence(self, note: Note) -> str:
        fact = self._trace.rulebook.vocabulary.facts[str(note.detail["fact"])]
        label, years = self._wording.text(fact.label), self._wording.listed(note.detail["years"])
        return self._gettext(
            "{label}: what is stated for {years} is not used in a decision for the agreement year {year}.",
            label=label,
            years=years,
            year=self._trace.year,
        )

    def _superset_not_met(self, note: Note) -> str:
        own, wider = self._superset_labels(note, Verdict.MET)
        _, other = self._superset_labels(note, Verdict.NOT_MET)
        return self._gettext(
            "Inconsistency: the offer is {own}, but {other}. By the source, an offer that is {own} is also {wider}. "
            "That alters neither decision.",
            own=own,
            other=other,
            wider=wider,
        )

    def _superset_undetermined(self, note: Note) -> str:
        own, wider = self._superset_labels(note, Verdict.MET)
        return self._gettext(
            "By the source, an offer that is {own} is also {wider}. Whether this one is, is undetermined.",
            own=own,
            wider=wider,
        )

    def _superset_labels(self, note: Note, verdict: Verdict) -> tuple[str, str]:
        assert note.rulebook is not None
        label = note.rulebook.outcomes[verdict].label
        return self._label(self._trace.outcome), self._wording.text(label)

    def _superset_not_assessed(self, note: Note) -> str:
        superset = note.detail["superset"]
        return self._gettext("The rulebook is a subset of {superset}, which is not assessed here.", superset=superset)

    def _published_contradiction(self, note: Note) -> str:
        outcomes = self._wording.listed(map(self._label, note.detail["outcomes"]))
        return self._gettext("The published outcomes contradict each other: {outcomes}.", outcomes=outcomes)

    def _published_unknown(self, note: Note) -> str:
        names = self._wording.listed(map(self._wording.quoted, note.detail["names"]))
        return self._gettext("What was published names {names}, which the rulebook does not have.", names=names)

    def _incomplete(self, note: Note) -> str:
        lists = self._wording.listed(self._render(_LISTS[name]) for name in note.detail["lists"])
        return self._gettext(
            "The list is cut off; there are more possibilities than those named for {lists}.", lists=lists
        )

    def _approximated(self, note: Note) -> str:
        facts = self._trace.rulebook.vocabulary.facts
        labels = self._wording.listed(self._wording.text(facts[name].label) for name in note.detail["facts"])
        return self._gettext(
            "The decision is approximated: what {labels} can be together is not worked out exactly. An undetermined "
            "outcome may therefore be settled in truth; a settled outcome is always right.",
            labels=labels,
        )


def settled_text(settled: Trace, wording: Wording) -> str:
    """That the definition over facts settles a decision that was undetermined by the one before."""
    outcome = wording.quoted(wording.text(settled.rulebook.outcomes[settled.verdict].label))
    return wording.gettext("settled by the exact definition: {outcome}", outcome=outcome)
