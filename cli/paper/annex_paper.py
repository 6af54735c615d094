"""The annex of the agreement: the rules, who entered and left, what is covered, forms of the most specialised."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction

from cli.common.offer_form import by_people_briefly
from cli.paper.committee_paper import THE_YEAR, CommitteeWriter
from cli.paper.front import count_of, people_then, rejected_rows
from cli.paper.previous import Previous
from cli.paper.source import PaperSource
from engine.decisions.trace import Trace
from engine.explanation.paper import (
    Block,
    Column,
    Heading,
    NewPage,
    Pairs,
    Paper,
    Paragraph,
    RestsOn,
    Row,
    Section,
    Statement,
    Table,
)
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import Rulebook, Verdict
from engine.texts.capitalised import capitalised
from offers.records.described import StatedPlaces
from offers.records.offer import SERVICES, Offer, words


def annex_paper(source: PaperSource, previous: Previous | None, date: str | None, wording: Wording) -> Paper:
    """The annex of the agreement, from decisions and those of a run before."""
    return _Annex(source, previous, date, wording).paper()


class _Annex(CommitteeWriter):
    def paper(self) -> Paper:
        """The whole annex; parts that have nothing to say are left out."""
        title = self._gettext("Annex: specialised offers in the agreement year {year}", year=self._year)
        sections = (
            Section("rule", tuple(self._rules())),
            Section("changes", tuple(self._changes(1))),
            Section("outcomes", tuple(self._covered())),
            Section("overridden", tuple(self._overridden(1))),
            Section("readings", tuple(self._readings(1))),
            Section("forms", tuple(self._forms())),
            Section("digests", tuple(self._digests())),
        )
        told = tuple(section for section in sections if section.blocks)
        front, books = tuple(self._front(title)), tuple(self._source.rulebooks)
        paper = Paper("annex", self._wording.language, title, self._year, self._date, front, told, books)
        return paper._replace(decisions=self._known.told(self._source.decisions))

    def _front(self, title: str) -> Iterator[Block]:
        yield Heading(Statement(title, (THE_YEAR,)), 1)
        yield Pairs(tuple(self._particulars()))
        yield from rejected_rows(self._source, self._wording)
        yield from people_then(self._source, self._source.decisions, self._wording)
        yield self._totals()
        for rulebook in self._source.rulebooks:
            yield from self._contradictions(rulebook)

    def _rules(self) -> Iterator[Block]:
        yield NewPage()
        yield self._heading(self._gettext("The rules in plain words"), 1)
        for rulebook in self._source.rulebooks:
            yield from self._rule(rulebook, 2)

    # --- what is in, by target group ---

    def _covered(self) -> Iterator[Block]:
        yield NewPage()
        yield self._heading(self._gettext("The offers by target group"), 1)
        for rulebook in self._source.rulebooks:
            met = [trace for trace in self._source.by(rulebook) if trace.verdict is Verdict.MET]
            yield Heading(self._of_rulebook(rulebook), 2)
            if not met:
                text = self._gettext("No offer has this outcome.")
                yield Paragraph((Statement(text, (count_of(rulebook, "met"),)),))
            else:
                yield self._by_target_group(rulebook, met)
            yield from self._brought_in(rulebook)

    def _brought_in(self, rulebook: Rulebook) -> Iterator[Paragraph]:
        """The offers that people take in, and the rule does not."""
        names, grounds = list[str](), list[RestsOn]()
        for trace in self._source.by(rulebook):
            standing = self._source.beside.overridden(trace)
            if standing is not None and standing.content.verdict is Verdict.MET is not trace.verdict:
                names.append(trace.subject.name)
                grounds.append(RestsOn("override", standing.entry.digest, f"entry/{standing.entry.number}"))
        if names:
            words = self._wording.ngettext(
                "Another {number} offer has the outcome {label} because a person has decided so, and not by the rule. "
                "It is not counted above: {offers}.",
                "Another {number} offers have the outcome {label} because people have decided so, and not by the rule. "
                "They are not counted above: {offers}.",
                len(names),
                label=self._wording.quoted(self._text(rulebook.outcomes[Verdict.MET].label)),
                offers=self._wording.listed(names),
            )
            yield Paragraph((Statement(words, tuple(grounds), "strong"),), "by_people")

    def _by_target_group(self, rulebook: Rulebook, met: Sequence[Trace]) -> Table:
        gettext = self._gettext
        heads = (gettext("Target group"), gettext("Offer"), gettext("Operator"))
        others = Column(gettext("Services"), 5), Column(gettext("Places"), 3, True)
        columns = (*(Column(head, 3) for head in heads), *others)
        groups: dict[str, list[Trace]] = {}
        for trace in met:
            for name in words(self._offer(trace).record.target_group) or [""]:
                groups.setdefault(name, []).append(trace)
        rows: list[Row] = []
        known = list(rulebook.vocabulary.terms.get("target_group", {}))
        for name in sorted(groups, key=lambda name: (known.index(name) if name in known else len(known), name)):
            rows += self._group_rows(rulebook, name, groups[name])
        rows.append(self._sum(rulebook, gettext("In all, each offer once"), "met", met))
        caption = capitalised(self._text(rulebook.outcomes[Verdict.MET].label))
        return Table(caption, columns, tuple(rows), (count_of(rulebook, "met"),))

    def _group_rows(self, rulebook: Rulebook, name: str, traces: Sequence[Trace]) -> Iterator[Row]:
        label = rulebook.vocabulary.terms.get("target_group", {}).get(name)
        title = self._text(label) if label else name or self._gettext("not stated")
        for trace in traces:
            grounds = self._known.of(trace)
            group = grounds.statement("description", title)
            services = self._described(SERVICES, grounds)
            named = (self._name(grounds), *by_people_briefly(trace, self._source.beside, self._wording))
            operator = self._operator(grounds)
            yield Row(((group,), named, (operator,), (services,), tuple(self._places_of(trace))))
        text = self._gettext("In all: {group}", group=title)
        yield self._sum(rulebook, text, f"met/target_group/{name}", traces)

    def _places_of(self, trace: Trace) -> Iterator[Statement]:
        """The places that are stated, and where some are not, that they are not all."""
        places, grounds = self._places(trace), self._known.of(trace)
        if places.number is not None:
            yield grounds.statement("description/places", self._wording.number(Fraction(places.number)))
        if not places.are_all:
            partly = self._gettext("not stated for all services")
            text = self._gettext("not stated") if places.number is None else partly
            yield grounds.statement("description/places", text, "dim" if text is partly else "")

    def _sum(self, rulebook: Rulebook, title: str, node: str, traces: Sequence[Trace]) -> Row:
        """A row that sums up: so many offers, and the places of those that state them."""
        ground = (count_of(rulebook, node),)
        places = [self._places(trace) for trace in traces]
        stated = [Fraction(one.number) for one in places if one.number is not None]
        offers = self._wording.ngettext("{number} offer", "{number} offers", len(traces))
        total = [Statement(self._wording.number(sum(stated, Fraction())), ground)] if stated else []
        if without := sum(not one.are_all for one in places):
            words = self._wording.ngettext(
                "of {number} offer the places, or some of them, are not stated",
                "of {number} offers the places, or some of them, are not stated",
                without,
            )
            total.append(Statement(words, ground, "dim"))
        people = self._of_these(rulebook, traces, f"{node}/overridden")
        cells = ((Statement(title, ground),), (Statement(offers, ground), *people), (), (), tuple(total))
        return Row(cells, is_total=True)

    def _places(self, trace: Trace) -> StatedPlaces:
        return StatedPlaces.of(self._offer(trace).record.services)

    def _offer(self, trace: Trace) -> Offer:
        return self._source.beside.offers[trace.subject.id]

    # --- the forms of the most specialised ---

    def _forms(self) -> Iterator[Block]:
        """The forms of the offers that a narrower rulebook takes in, by that rulebook."""
        narrow = [rulebook.content for rulebook in self._source.rulebooks if rulebook.subset_of is not None]
        taken_in = [
            [t for t in one if t.rulebook.content in narrow and t.verdict is Verdict.MET]
            for one in self._source.decisions
        ]
        for number, decisions in enumerate(filter(None, taken_in)):
            yield NewPage()
            if not number:
                title = self._text(decisions[0].rulebook.title)
                yield self._heading(self._gettext("Forms: {title}", title=title), 1)
            anchor = self._anchors[decisions[0].subject.id]
            yield from self._form(decisions, anchor)
