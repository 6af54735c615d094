"""A letter to each operator: how its offers are intended to be assessed, why, and what is missing."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cli.common.decided import Decisions
from cli.common.in_short import missing_words
from cli.common.offer_form import by_people_briefly, names_of, offer_form, outcome_statement, people_decided
from cli.paper.committee_paper import THE_DAY, THE_YEAR
from cli.paper.front import REJECTED, contradictions, count_of, people_then, rejected_rows
from cli.paper.source import PaperSource
from engine.decisions.trace import Trace
from engine.explanation.justification import facts_to_ask_for, questions_of
from engine.explanation.paper import (
    Block,
    Column,
    Heading,
    KnownGrounds,
    NewPage,
    Pairs,
    Paper,
    Paragraph,
    RestsOn,
    Row,
    Section,
    Signature,
    Statement,
    Table,
)
from engine.explanation.words_and_numbers import Wording
from engine.texts.days import day_in_words
from engine.values.canonical import in_unicode, sha256
from offers.records.authorities import authority_of
from offers.records.offer import Offer, is_named
from offers.records.offer_file import Party
from offers.records.printed_offers import id_of_name


class Operator(NamedTuple):
    """An operator: the name of its letter's file, what it is called, and its offers with their decisions.

    The file is called by the official code of a municipality or region, else by an id of the operator's name.
    """

    file: str
    name: str
    offers: Sequence[tuple[Offer, Decisions]]

    def asked(self, wording: Wording) -> list[tuple[Offer, set[str]]]:
        """The offers of which the operator is to tell something, each with the facts."""
        facts = [
            (offer, {name for trace in traces for name in _asked_of_operator(trace, wording)})
            for offer, traces in self.offers
        ]
        return [(offer, names) for offer, names in facts if names]


class Reply(NamedTuple):
    """By when an answer is asked for, as ISO 8601 has it, and the workbook to answer in; None for either."""

    deadline: str | None
    workbook: str | None


def operators(source: PaperSource) -> Iterator[Operator]:
    """Each operator with its offers, in the order of the source; two that operate one offer both have it."""
    found: dict[str, tuple[str, list[tuple[Offer, Decisions]]]] = {}
    for decisions in source.decisions:
        offer = source.beside.offers[decisions[0].subject.id]
        for party in filter(is_named, offer.operators):
            _, offers = found.setdefault(_file_of(party), (party.name, []))
            offers.append((offer, decisions))
    yield from (Operator(file, name, offers) for file, (name, offers) in found.items())


def without_operator(source: PaperSource) -> list[str]:
    """The names of the offers of which nobody says who operates them."""
    offers = (source.beside.offers[decisions[0].subject.id] for decisions in source.decisions)
    return [offer.record.name for offer in offers if not any(map(is_named, offer.operators))]


def letter_paper(operator: Operator, source: PaperSource, reply: Reply, date: str | None, wording: Wording) -> Paper:
    """The letter to an operator."""
    return _Letter(operator, source, reply, date, wording).paper()


def _file_of(party: Party) -> str:
    authority = authority_of(party.name, party.code) or authority_of(party.name)
    if authority:
        return authority.code.lstrip("0")
    return id_of_name(party.name) or sha256(in_unicode(party.name))[:12]


def _asked_of_operator(trace: Trace, wording: Wording) -> Iterator[str]:
    """The facts that would help to settle a decision, and that nobody else is to tell."""
    for test in facts_to_ask_for(trace):
        fact = test.finding.fact
        if any(not whom for _, whom in questions_of(trace, test, wording)):
            facts = trace.rulebook.vocabulary.facts
            yield from [name for name in fact.derived_from if not facts[name].derivation] or [fact.id]


class _Letter:
    def __init__(
        self, operator: Operator, source: PaperSource, reply: Reply, date: str | None, wording: Wording
    ) -> None:
        self._operator, self._source, self._reply, self._date = operator, source, reply, date
        self._wording, self._gettext, self._text = wording, wording.gettext, wording.text
        self._known = KnownGrounds()

    def paper(self) -> Paper:
        """The whole letter."""
        year, books = self._source.year, tuple(self._source.rulebooks)
        title = self._gettext("The assessment of your offers for the agreement year {year}", year=year)
        signed = Signature((self._gettext("Name and signature"),))
        sections = (Section("outcomes", (self._overview(), signed)), Section("forms", tuple(self._forms())))
        front = tuple(self._front(title))
        paper = Paper("letter", self._wording.language, title, year, self._date, front, sections, books)
        paper = paper._replace(decisions=self._known.told(decisions for _, decisions in self._operator.offers))
        if self._reply.deadline is None or self._reply.workbook is None:
            return paper
        return paper._replace(fields={"deadline": day_in_words(self._reply.deadline, self._wording.language)})

    def _front(self, title: str) -> Iterator[Block]:
        beside = self._source.beside
        yield Heading(Statement(title, (THE_YEAR,)), 1)
        yield Pairs(tuple(self._particulars()))
        words = self._wording.ngettext(
            "This letter tells how {number} offer that {operator} operates is intended to be assessed, and why.",
            "This letter tells how {number} offers that {operator} operates are intended to be assessed, and why.",
            len(self._operator.offers),
            operator=self._operator.name,
        )
        yield Paragraph((Statement(words, (RestsOn("count", node="offers"),)),))
        yield from self._rejected()
        if overridden := sum(bool(beside.overridden_among(decisions)) for _, decisions in self._operator.offers):
            ground = tuple(count_of(rulebook, "overridden") for rulebook in self._source.rulebooks)
            yield Paragraph((Statement(people_decided(overridden, self._wording), ground, "strong"),))
        told = [decisions for _, decisions in self._operator.offers]
        yield from people_then(self._source, told, self._wording)
        for rulebook in self._source.rulebooks:
            yield from contradictions(rulebook, told, self._known, self._wording)
        if self._reply.workbook is not None:
            yield Paragraph((self._asked(self._reply.workbook),))

    def _rejected(self) -> Iterator[Paragraph]:
        """The rows that were rejected: nobody knows whose offers they hold."""
        words = self._gettext("An offer that you operate and that this letter does not name may be among them.")
        for paragraph in rejected_rows(self._source, self._wording):
            among = Statement(words, (RestsOn("count", node=REJECTED),))
            yield paragraph._replace(statements=(*paragraph.statements, among))

    def _particulars(self) -> Iterator[tuple[str, Statement]]:
        language = self._wording.language
        offers = tuple(
            self._known.of(decisions[0]).of("description/operator") for _, decisions in self._operator.offers
        )
        yield self._gettext("To"), Statement(self._operator.name, offers)
        if self._date is not None:
            yield self._gettext("Date"), Statement(day_in_words(self._date, language), (THE_DAY,))
        yield self._gettext("Agreement year"), Statement(str(self._source.year), (THE_YEAR,))
        for rulebook in self._source.rulebooks:
            values = {"title": self._text(rulebook.title), "version": rulebook.version}
            words = self._gettext("{title}, version {version} ({source})", source=self._text(rulebook.source), **values)
            yield self._gettext("Rulebook"), Statement(words, (RestsOn("rulebook", rulebook.sha256),))

    def _asked(self, workbook: str) -> Statement:
        ground = (RestsOn("given", node="deadline"),)
        if self._reply.deadline is None:
            words = self._gettext(
                "What is missing is told for each offer. Please answer in the workbook {workbook}.", workbook=workbook
            )
            return Statement(words, ground)
        words = self._gettext(
            "What is missing is told for each offer. Please answer by {day} in the workbook {workbook}.",
            day=day_in_words(self._reply.deadline, self._wording.language),
            workbook=workbook,
        )
        return Statement(words, ground, "strong")

    def _overview(self) -> Table:
        gettext = self._gettext
        heads = (gettext("Offer"), gettext("Rulebook"), gettext("Intended outcome"))
        columns = (*(Column(head, 4) for head in heads), Column(gettext("Missing"), 2))
        rows = []
        for _, decisions in self._operator.offers:
            for trace in decisions:
                grounds = self._known.of(trace)
                name = grounds.statement("name", trace.subject.name)
                title = Statement(self._text(trace.rulebook.title), (RestsOn("rulebook", trace.rulebook.sha256),))
                people = by_people_briefly(trace, self._source.beside, self._wording)
                outcome = (outcome_statement(trace, grounds, self._wording), *people)
                missing = grounds.statement("missing", missing_words([trace], self._wording))
                rows.append(Row(((name,), (title,), outcome, (missing,) if missing.text else ())))
        return Table(gettext("The intended outcome of each offer"), columns, tuple(rows))

    def _forms(self) -> Iterator[Block]:
        names = names_of(decisions for _, decisions in self._operator.offers)
        for number, (_, decisions) in enumerate(self._operator.offers, 1):
            yield NewPage()
            anchor = f"offer-{number}"
            yield from offer_form(
                decisions, self._source.beside, self._wording, self._known, level=2, anchor=anchor, names=names
            )
