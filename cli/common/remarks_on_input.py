"""Remarks on an input in words: what is stated and not read, odd ids, rulebooks that are not in force."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from engine.diagnostics import quoted
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import Rulebook, Verdict
from offers.records.input_remarks import InputRemark


def remark_sentences(
    remarks: Iterable[InputRemark], rulebooks: Sequence[Rulebook], year: int, wording: Wording
) -> list[str]:
    """A sentence for each remark, with the number of offers that it concerns."""
    return [_Sentences(remark, rulebooks, year, wording).sentence() for remark in remarks]


class _Sentences:
    def __init__(self, remark: InputRemark, rulebooks: Sequence[Rulebook], year: int, wording: Wording) -> None:
        self._detail, self._count, self._code = remark.detail, remark.offers, remark.code
        self._rulebooks, self._year, self._wording, self._pick = rulebooks, year, wording, wording.pick

    def sentence(self) -> str:
        """The remark in words."""
        words = {
            "unread_evidence": self._unread_evidence,
            "unread_year": self._unread_year,
            "detail_alone": self._detail_alone,
            "party_without_kind": self._party_without_kind,
            "not_in_force": self._not_in_force,
            "unusual_ids": self._unusual_ids,
            "unknown_part_of": self._unknown_part_of,
            "unknown_authorities": self._unknown_authorities,
            "unused_ids": self._unused_ids,
            "renamed_offers": self._renamed,
            "split_offers": self._split,
            "merged_offers": self._merged,
            "operator_in_several": self._operator_in_several,
            "assumed": self._assumed,
            "without_reason": self._without_reason,
            "published_contradiction": self._published_contradiction,
            "published_unknown": self._published_unknown,
            "superset_not_met": self._superset_not_met,
            "superset_undetermined": self._superset_undetermined,
            "hidden_rows": self._hidden_rows,
            "hidden_sheets": self._hidden_sheets,
        }
        said = words[self._code]()
        return f"{self._detail['file']}: {said}" if "file" in self._detail else said

    @property
    def _offers(self) -> str:
        return self._number("tilbud", "tilbud", "offer", "offers")

    def _number(self, *words: str) -> str:
        """A number of things, in Danish one and several, in English one and several."""
        danish_one, danish_several, english_one, english_several = words
        return self._wording.number_of(self._count, (danish_one, danish_several), (english_one, english_several))

    def _fact(self) -> str:
        facts = self._rulebooks[0].vocabulary.facts
        return self._wording.text(facts[str(self._detail["fact"])].label)

    def _unread_evidence(self) -> str:
        return self._pick(
            f"{self._fact()}: oplyst for {self._offers}, men intet regelsæt i denne kørsel læser det.",
            f"{self._fact()}: stated for {self._offers}, but no rulebook that decides here reads it.",
        )

    def _unread_year(self) -> str:
        label, stated = self._fact(), self._detail["year"]
        return self._pick(
            f"{label}: tallene for {stated} ({self._offers}) indgår ikke, da afgørelsen gælder aftaleåret "
            f"{self._year}.",
            f"{label}: what is stated for {stated} ({self._offers}) is not used in a decision for the agreement year "
            f"{self._year}.",
        )

    def _detail_alone(self) -> str:
        label = f"{self._fact()} {self._detail.get('year', '')}".strip()
        return self._pick(
            f"{label}: kilde, begrundelse eller lignende er angivet for {self._offers} uden selve oplysningen og "
            "indgår ikke.",
            f"{label}: a source, a reason or the like is given for {self._offers} without the evidence itself, and is "
            "not used.",
        )

    def _party_without_kind(self) -> str:
        is_operator = self._detail["party"] == "operator"
        danish, english = ("driftsherre", "operator") if is_operator else ("driftsoverenskomstpart", "agreement party")
        return self._pick(
            f"{self._offers} med navn eller kode på en {danish}, hvis art ikke er oplyst; navnet indgår ikke.",
            f"{self._offers} with the name or code of an {english} whose kind is not stated; it is not used.",
        )

    def _not_in_force(self) -> str:
        detail, day = self._detail, f"{self._year}-01-01"
        rulebook = f"{detail['rulebook']} {detail['version']}"
        dates = f"{detail['from']} – {detail['until'] or '…'}"
        return self._pick(
            f"{rulebook} gælder {dates} og er ikke i kraft {day}. Det er anvendt efter ønske ({self._offers}).",
            f"{rulebook} applies {dates} and is not in force on {day}. It was used as asked for ({self._offers}).",
        )

    def _unusual_ids(self) -> str:
        ids = self._number("id", "id'er", "id", "ids")
        return self._pick(
            f"{ids} har andre tegn end bogstaver, cifre, -, _ og .: {self._examples()}",
            f"{ids} with other signs than letters, digits, -, _ and .: {self._examples()}",
        )

    def _operator_in_several(self) -> str:
        operator, files = self._detail["operator"], self._wording.listed(map(str, self._detail["files"]))
        return self._pick(
            f"{operator} står i flere tabeller ({self._offers}): {files}",
            f"{operator} stands in several tables ({self._offers}): {files}",
        )

    def _unknown_part_of(self) -> str:
        return self._pick(
            f"{self._offers} er afdeling af et tilbud, der ikke er i registret: {self._examples()}",
            f"{self._offers} said to be a department of an offer that is not in the register: {self._examples()}",
        )

    def _unknown_authorities(self) -> str:
        return self._pick(
            f"{self._offers} med en driftsherre, der efter navn og kode ikke er nogen kommune eller region: "
            f"{self._examples()}",
            f"{self._offers} with an operator that by name and code is no municipality or region: {self._examples()}",
        )

    def _examples(self) -> str:
        examples = [quoted(str(example)) for example in self._detail["examples"]]
        return ", ".join(examples) + (" …" if len(examples) < self._count else "")

    def _assumed(self) -> str:
        fact = self._rulebooks[0].vocabulary.facts[str(self._detail["fact"])]
        answer = self._wording.quoted(self._wording.answer(fact, str(fact.assumed)))
        return self._pick(
            f"{self._fact()} er ikke oplyst for {self._offers}; det er lagt til grund, at svaret er {answer}.",
            f"{self._fact()} is not stated for {self._offers}; {answer} is assumed.",
        )

    def _outcome(self, key: str, verdict: Verdict = Verdict.MET) -> str:
        rulebook = next(one for one in self._rulebooks if one.id == self._detail[key])
        return self._wording.text(rulebook.outcomes[verdict].label)

    def _title(self) -> str:
        return next(self._wording.text(one.title) for one in self._rulebooks if one.id == self._detail["rulebook"])

    def _without_reason(self) -> str:
        return self._pick(
            f"{self._title()}: for {self._offers} er en vurdering uden begrundelse lagt til grund.",
            f"{self._title()}: for {self._offers} a judgement without a reason was used.",
        )

    def _published_contradiction(self) -> str:
        return self._pick(
            f"{self._title()}: for {self._offers} modsiger de offentliggjorte udfald hinanden.",
            f"{self._title()}: for {self._offers} the published outcomes contradict each other.",
        )

    def _published_unknown(self) -> str:
        return self._pick(
            f"{self._title()}: for {self._offers} nævner det offentliggjorte, hvad regelsættet ikke kender.",
            f"{self._title()}: for {self._offers} what was published names what the rulebook does not have.",
        )

    def _superset_not_met(self) -> str:
        own, wider = self._outcome("rulebook"), self._outcome("superset")
        other, who = self._outcome("superset", Verdict.NOT_MET), self._offers_are
        return self._pick(
            f"Uoverensstemmelse: {who} {own}, men {other}. Efter kilden er det også {wider}.",
            f"Inconsistency: {who} {own}, but {other}. By the source, that is also {wider}.",
        )

    def _superset_undetermined(self) -> str:
        own, wider = self._outcome("rulebook"), self._outcome("superset")
        return self._pick(
            f"{self._offers_are} {own}, hvad der efter kilden også er {wider}; om det gælder, er uafklaret.",
            f"{self._offers_are} {own}, which by the source is also {wider}; whether so is undetermined.",
        )

    @property
    def _offers_are(self) -> str:
        return self._number("tilbud er", "tilbud er", "offer is", "offers are")

    def _hidden_rows(self) -> str:
        what = self._number("skjult række er", "skjulte rækker er", "hidden row is", "hidden rows are")
        rows = ", ".join(map(str, self._detail["examples"])) + (
            ", …" if len(self._detail["examples"]) < self._count else ""
        )
        return self._pick(f"{what} læst med: {rows}", f"{what} read, too: {rows}")

    def _hidden_sheets(self) -> str:
        return self._pick(
            f"skjulte ark er ikke læst: {self._examples()}; --sheet vælger et af dem",
            f"hidden sheets were passed over: {self._examples()}; --sheet chooses one of them",
        )

    def _unused_ids(self) -> str:
        line = self._pick("linje", "line")
        lines = [f"{quoted(one['id'])} ({line} {one['line']})" for one in self._detail["examples"]]
        listed = ", ".join(lines) + (" …" if len(lines) < self._count else "")
        if self._detail["among"] == "previous":
            return self._pick(
                f"--ids: ikke brugt, da id'et ikke er i den tidligere kørsel: {listed}",
                f"--ids: not used, since the id is not in the run before: {listed}",
            )
        return self._pick(
            f"--ids: ikke brugt, da id'et ikke er i registret: {listed}",
            f"--ids: not used, since the id is not in the register: {listed}",
        )

    def _renamed(self) -> str:
        said = self._number(
            "tilbud har fået nyt id", "tilbud har fået nyt id", "offer was renamed", "offers were renamed"
        )
        return f"--ids: {said}: {self._changed()}"

    def _split(self) -> str:
        said = self._number("tilbud er delt", "tilbud er delt", "offer was split", "offers were split")
        return f"--ids: {said}: {self._changed()}"

    def _merged(self) -> str:
        danish = "tilbud er lagt sammen af flere"
        said = self._number(danish, danish, "offer was merged from several", "offers were merged from several")
        return f"--ids: {said}: {self._changed(is_merged=True)}"

    def _changed(self, *, is_merged: bool = False) -> str:
        """Examples of what ids became: before, an arrow, after."""
        examples = []
        for one in self._detail["examples"]:
            sides = [quoted(one["id"]), ", ".join(map(quoted, one["ids"]))]
            examples.append(" → ".join(reversed(sides) if is_merged else sides))
        return "; ".join(examples) + (" …" if len(examples) < self._count else "")
