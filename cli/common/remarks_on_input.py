"""Remarks on an input in words: what is stated and not read, odd ids, rulebooks that are not in force."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import partial

from engine.diagnostics import quoted
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import Rulebook, Verdict
from engine.texts.catalogue import message
from offers.records.input_remarks import MAX_EXAMPLES, InputRemark


def remark_sentences(
    remarks: Iterable[InputRemark], rulebooks: Sequence[Rulebook], year: int, wording: Wording
) -> list[str]:
    """A sentence for each remark, with the number of offers that it concerns."""
    return [_Sentences(remark, rulebooks, year, wording).sentence() for remark in remarks]


class _Sentences:
    def __init__(self, remark: InputRemark, rulebooks: Sequence[Rulebook], year: int, wording: Wording) -> None:
        self._detail, self._count, self._code = remark.detail, remark.offers, remark.code
        self._places = remark.places
        self._rulebooks, self._year, self._wording = rulebooks, year, wording
        self._gettext, self._ngettext = wording.gettext, partial(wording.ngettext, number=remark.offers)

    def sentence(self) -> str:
        """The remark in words."""
        words = {
            "unread_evidence": self._unread_evidence,
            "unread_year": self._unread_year,
            "former_name": self._former_name,
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
        return self._ngettext("{number} offer", "{number} offers")

    def _fact(self) -> str:
        facts = self._rulebooks[0].vocabulary.facts
        return self._wording.text(facts[str(self._detail["fact"])].label)

    def _unread_evidence(self) -> str:
        return self._gettext(
            "{fact}: stated for {offers}, but no rulebook that decides here reads it.",
            fact=self._fact(),
            offers=self._offers,
        )

    def _unread_year(self) -> str:
        label, stated = self._fact(), self._detail["year"]
        return self._gettext(
            "{label}: what is stated for {stated} ({offers}) is not used in a decision for the agreement year {year}.",
            label=label,
            stated=stated,
            offers=self._offers,
            year=self._year,
        )

    def _former_name(self) -> str:
        fact, name, offers = self._fact(), quoted(str(self._detail["name"])), self._offers
        if not self._places:
            return self._gettext(
                "{fact}: called {name} as before for {offers}, and read as that.", fact=fact, name=name, offers=offers
            )
        places = ", ".join(map(str, self._places)) + (" …" if MAX_EXAMPLES <= len(self._places) < self._count else "")
        return self._gettext(
            "{fact}: called {name} as before for {offers}, and read as that: {places}",
            fact=fact,
            name=name,
            offers=offers,
            places=places,
        )

    def _detail_alone(self) -> str:
        label = f"{self._fact()} {self._detail.get('year', '')}".strip()
        return self._gettext(
            "{label}: a source, a reason or the like is given for {offers} without the evidence itself, and is not "
            "used.",
            label=label,
            offers=self._offers,
        )

    def _party_without_kind(self) -> str:
        is_operator = self._detail["party"] == "operator"
        party = message("operator") if is_operator else message("agreement party")
        return self._gettext(
            "{offers} with the name or code of an {party} whose kind is not stated; it is not used.",
            offers=self._offers,
            party=party,
        )

    def _not_in_force(self) -> str:
        detail, day = self._detail, f"{self._year}-01-01"
        rulebook = f"{detail['rulebook']} {detail['version']}"
        dates = f"{detail['from']} – {detail['until'] or '…'}"
        return self._gettext(
            "{rulebook} applies {dates} and is not in force on {day}. It was used as asked for ({offers}).",
            rulebook=rulebook,
            dates=dates,
            day=day,
            offers=self._offers,
        )

    def _unusual_ids(self) -> str:
        ids = self._ngettext("{number} id", "{number} ids")
        return self._gettext(
            "{ids} with other signs than letters, digits, -, _ and .: {examples}", ids=ids, examples=self._examples()
        )

    def _operator_in_several(self) -> str:
        operator, files = self._detail["operator"], self._wording.listed(map(str, self._detail["files"]))
        return self._gettext(
            "{operator} stands in several tables ({offers}): {files}",
            operator=operator,
            offers=self._offers,
            files=files,
        )

    def _unknown_part_of(self) -> str:
        return self._gettext(
            "{offers} said to be a department of an offer that is not in the register: {examples}",
            offers=self._offers,
            examples=self._examples(),
        )

    def _unknown_authorities(self) -> str:
        return self._gettext(
            "{offers} with an operator that by name and code is no municipality or region: {examples}",
            offers=self._offers,
            examples=self._examples(),
        )

    def _examples(self) -> str:
        examples = [quoted(str(example)) for example in self._detail["examples"]]
        return ", ".join(examples) + (" …" if len(examples) < self._count else "")

    def _assumed(self) -> str:
        fact = self._rulebooks[0].vocabulary.facts[str(self._detail["fact"])]
        answer = self._wording.quoted(self._wording.answer(fact, str(fact.assumed)))
        return self._gettext(
            "{fact} is not stated for {offers}; {answer} is assumed.",
            fact=self._fact(),
            offers=self._offers,
            answer=answer,
        )

    def _outcome(self, key: str, verdict: Verdict = Verdict.MET) -> str:
        rulebook = next(one for one in self._rulebooks if one.id == self._detail[key])
        return self._wording.text(rulebook.outcomes[verdict].label)

    def _title(self) -> str:
        return next(self._wording.text(one.title) for one in self._rulebooks if one.id == self._detail["rulebook"])

    def _without_reason(self) -> str:
        return self._gettext(
            "{title}: for {offers} a judgement without a reason was used.", title=self._title(), offers=self._offers
        )

    def _published_contradiction(self) -> str:
        return self._gettext(
            "{title}: for {offers} the published outcomes contradict each other.",
            title=self._title(),
            offers=self._offers,
        )

    def _published_unknown(self) -> str:
        return self._gettext(
            "{title}: for {offers} what was published names what the rulebook does not have.",
            title=self._title(),
            offers=self._offers,
        )

    def _superset_not_met(self) -> str:
        own, wider = self._outcome("rulebook"), self._outcome("superset")
        other, who = self._outcome("superset", Verdict.NOT_MET), self._offers_are
        return self._gettext(
            "Inconsistency: {who} {own}, but {other}. By the source, such an offer is also {wider}.",
            who=who,
            own=own,
            other=other,
            wider=wider,
        )

    def _superset_undetermined(self) -> str:
        own, wider = self._outcome("rulebook"), self._outcome("superset")
        return self._gettext(
            "{offers_are} {own}. By the source, such an offer is also {wider}, but that is undetermined here.",
            offers_are=self._offers_are,
            own=own,
            wider=wider,
        )

    @property
    def _offers_are(self) -> str:
        return self._ngettext("{number} offer is", "{number} offers are")

    def _hidden_rows(self) -> str:
        what = self._ngettext("{number} hidden row is", "{number} hidden rows are")
        rows = ", ".join(map(str, self._detail["examples"])) + (
            ", …" if len(self._detail["examples"]) < self._count else ""
        )
        return self._gettext("{what} read, too: {rows}", what=what, rows=rows)

    def _hidden_sheets(self) -> str:
        return self._gettext(
            "hidden sheets were passed over: {examples}; --sheet chooses one of them", examples=self._examples()
        )

    def _unused_ids(self) -> str:
        line = self._gettext("line")
        lines = [f"{quoted(one['id'])} ({line} {one['line']})" for one in self._detail["examples"]]
        listed = ", ".join(lines) + (" …" if len(lines) < self._count else "")
        match self._detail["among"]:
            case "previous":
                return self._gettext("--ids: not used, since the id is not in the run before: {listed}", listed=listed)
            case "published":
                return self._gettext(
                    "--ids: not used, since no outcome is published of the id: {listed}", listed=listed
                )
            case "decided":
                return self._gettext(
                    "--ids: not used, since the id is not among the offers that were decided: {listed}", listed=listed
                )
            case _:
                return self._gettext("--ids: not used, since the id is not in the register: {listed}", listed=listed)

    def _renamed(self) -> str:
        said = self._ngettext("{number} offer was renamed", "{number} offers were renamed")
        return f"--ids: {said}: {self._changed()}"

    def _split(self) -> str:
        said = self._ngettext("{number} offer was split", "{number} offers were split")
        return f"--ids: {said}: {self._changed()}"

    def _merged(self) -> str:
        said = self._ngettext("{number} offer was merged from several", "{number} offers were merged from several")
        return f"--ids: {said}: {self._changed(is_merged=True)}"

    def _changed(self, *, is_merged: bool = False) -> str:
        """Examples of what ids became: before, an arrow, after."""
        examples = []
        for one in self._detail["examples"]:
            sides = [quoted(one["id"]), ", ".join(map(quoted, one["ids"]))]
            examples.append(" → ".join(reversed(sides) if is_merged else sides))
        return "; ".join(examples) + (" …" if len(examples) < self._count else "")
