"""The remarks that end a justification: notes on the decision, and what was published elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

from engine.decisions.trace import Note, Published, Trace
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import Verdict

_LISTS = {
    "grounds": ("hvad afgørelsen følger af", "what the decision follows from"),
    "missing": ("hvad der kan afgøre udfaldet", "what could settle the outcome"),
    "smallest_change": ("hvad der ville ændre afgørelsen", "what would change the decision"),
}


class Remarks:
    """Puts the notes of a trace into sentences; a note that the text has said in its place is left out."""

    def __init__(self, trace: Trace, wording: Wording) -> None:
        self._trace, self._wording, self._pick = trace, wording, wording.pick

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
        return self._pick(
            f"Offentliggjort udfald for {year}: {label}{where}. Gengivet til orientering; indgår ikke i vurderingen.",
            f"Published outcome for {year}: {label}{where}. Shown for information; not used in the assessment.",
        )

    def _not_in_force(self, note: Note) -> str:
        begins, ends, day = note.detail["from"], note.detail["until"] or "…", f"{self._trace.year}-01-01"
        return self._pick(
            f"Regelsættet gælder {begins} – {ends} og er ikke i kraft {day}. Det er anvendt efter ønske.",
            f"The rulebook applies {begins} – {ends} and is not in force on {day}. It was used as asked for.",
        )

    def _assumed(self, note: Note) -> str:
        fact = self._trace.rulebook.vocabulary.facts[str(note.detail["fact"])]
        label = self._wording.text(fact.label)
        answer = self._wording.quoted(self._wording.answer(fact, str(note.detail["answer"])))
        return self._pick(
            f"{label} er ikke oplyst; det er lagt til grund, at svaret er {answer}.",
            f"{label} is not stated; {answer} is assumed.",
        )

    def _unused_evidence(self, note: Note) -> str:
        fact = self._trace.rulebook.vocabulary.facts[str(note.detail["fact"])]
        label, years = self._wording.text(fact.label), self._wording.listed(note.detail["years"])
        return self._pick(
            f"{label}: tallene for {years} indgår ikke, da afgørelsen gælder aftaleåret {self._trace.year}.",
            f"{label}: what is stated for {years} is not used in a decision for the agreement year {self._trace.year}.",
        )

    def _superset_not_met(self, note: Note) -> str:
        own, wider = self._superset_labels(note, Verdict.MET)
        _, other = self._superset_labels(note, Verdict.NOT_MET)
        return self._pick(
            f"Uoverensstemmelse: Tilbuddet er {own}, men {other}. "
            f"Efter kilden er et tilbud, der er {own}, også {wider}. Det ændrer ingen af afgørelserne.",
            f"Inconsistency: the offer is {own}, but {other}. "
            f"By the source, an offer that is {own} is also {wider}. That alters neither decision.",
        )

    def _superset_undetermined(self, note: Note) -> str:
        own, wider = self._superset_labels(note, Verdict.MET)
        return self._pick(
            f"Efter kilden er et tilbud, der er {own}, også {wider}. Om det gælder her, er uafklaret.",
            f"By the source, an offer that is {own} is also {wider}. Whether this one is, is undetermined.",
        )

    def _superset_labels(self, note: Note, verdict: Verdict) -> tuple[str, str]:
        assert note.rulebook is not None
        label = note.rulebook.outcomes[verdict].label
        return self._label(self._trace.outcome), self._wording.text(label)

    def _superset_not_assessed(self, note: Note) -> str:
        superset = note.detail["superset"]
        return self._pick(
            f"Regelsættet er en delmængde af {superset}, som ikke er vurderet her.",
            f"The rulebook is a subset of {superset}, which is not assessed here.",
        )

    def _published_contradiction(self, note: Note) -> str:
        outcomes = self._wording.listed(map(self._label, note.detail["outcomes"]))
        return self._pick(
            f"De offentliggjorte udfald modsiger hinanden: {outcomes}.",
            f"The published outcomes contradict each other: {outcomes}.",
        )

    def _published_unknown(self, note: Note) -> str:
        names = self._wording.listed(map(self._wording.quoted, note.detail["names"]))
        return self._pick(
            f"Det offentliggjorte nævner {names}, som regelsættet ikke kender.",
            f"What was published names {names}, which the rulebook does not have.",
        )

    def _incomplete(self, note: Note) -> str:
        lists = self._wording.listed(self._pick(*_LISTS[name]) for name in note.detail["lists"])
        return self._pick(
            f"Listen er afkortet; der er flere muligheder end de nævnte for, {lists}.",
            f"The list is cut off; there are more possibilities than those named for {lists}.",
        )

    def _approximated(self, note: Note) -> str:
        facts = self._trace.rulebook.vocabulary.facts
        labels = self._wording.listed(self._wording.text(facts[name].label) for name in note.detail["facts"])
        return self._pick(
            f"Afgørelsen er tilnærmet: Hvad {labels} kan være sammen, er ikke beregnet nøjagtigt. Et uafklaret udfald "
            "kan derfor i virkeligheden være afklaret; et afklaret udfald er altid rigtigt.",
            f"The decision is approximated: what {labels} can be together is not worked out exactly. An undetermined "
            "outcome may therefore be settled in truth; a settled outcome is always right.",
        )


def settled_text(settled: Trace, wording: Wording) -> str:
    """That the definition over facts settles a decision that was undetermined by the one before."""
    outcome = wording.quoted(wording.text(settled.rulebook.outcomes[settled.verdict].label))
    return wording.pick(
        f"afgjort efter den nøjagtige definition: {outcome}", f"settled by the exact definition: {outcome}"
    )
