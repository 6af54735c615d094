"""The forms of offers as a paper: a line for each offer, the form of each, and the digests of what decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cli.common.beside import Beside
from cli.common.in_short import missing_words
from cli.common.offer_form import basis_statement, by_people, offer_form, outcome_statement
from engine.decisions.trace import Trace
from engine.explanation.paper import (
    Block,
    Cell,
    Column,
    Heading,
    KnownGrounds,
    NewPage,
    Paper,
    Paragraph,
    RestsOn,
    Row,
    Section,
    Statement,
    Table,
)
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import Rulebook

Decided = Sequence[Sequence[Trace]]
"""The decisions on each offer, by the rulebooks that could decide."""


def forms_paper(
    decided: Decided, rulebooks: Sequence[Rulebook], beside: Beside, wording: Wording, *, forms: bool
) -> Paper:
    """A line for each offer where there are several; if asked for, the form of each, and the digests."""
    known, is_listed = KnownGrounds(), len(decided) != 1 or not forms
    title = wording.gettext("Decisions") if is_listed else decided[0][0].subject.name
    front = tuple(_overview(decided, rulebooks, beside, wording, known, title, forms=forms)) if is_listed else ()
    told = tuple(_forms(decided, beside, wording, known, is_listed=is_listed)) if forms else ()
    digests = tuple(_digests(decided, rulebooks, wording, known)) if forms else ()
    sections = (Section("forms", told), Section("digests", digests))
    return Paper(
        kind="forms",
        language=wording.language,
        title=title,
        year=beside.year,
        date=None,
        front=front,
        sections=tuple(section for section in sections if section.blocks),
        rulebooks=tuple(rulebooks),
        decisions=tuple(known.of(trace).told for decisions in decided for trace in decisions),
    )


def _overview(
    decided: Decided,
    rulebooks: Sequence[Rulebook],
    beside: Beside,
    wording: Wording,
    known: KnownGrounds,
    title: str,
    *,
    forms: bool,
) -> Iterator[Block]:
    gettext = wording.gettext
    yield Heading(Statement(title, ()), 1)
    heads = (f"{wording.text(rulebook.title)} ({rulebook.version})" for rulebook in rulebooks)
    columns = (Column(gettext("Offer"), 4), *(Column(head, 4) for head in heads), Column(gettext("Missing"), 3))
    rows = []
    for number, decisions in enumerate(decided, 1):
        grounds = known.of(decisions[0])
        missing = missing_words(decisions, wording)
        cells: list[Cell] = [(grounds.statement("name", decisions[0].subject.name),)]
        cells += (_outcome(decisions, rulebook, beside, wording, known) for rulebook in rulebooks)
        cells.append((Statement(missing, tuple(known.of(one).of("missing") for one in decisions)),) if missing else ())
        rows.append(Row(tuple(cells), leads_to=_anchor(number) if forms else ""))
    yield Table(gettext("The outcome of each offer"), columns, tuple(rows))
    ground = RestsOn("given", node="input")
    yield from (Paragraph((Statement(text, (ground,)),)) for text in beside.remark_sentences(wording))


def _outcome(
    decisions: Sequence[Trace], rulebook: Rulebook, beside: Beside, wording: Wording, known: KnownGrounds
) -> Cell:
    """The outcome by a rulebook, its basis, and what people decided instead; empty where it could not decide."""
    trace = next((one for one in decisions if one.rulebook.name == rulebook.name), None)
    if trace is None:
        return ()
    grounds = known.of(trace)
    outcome = outcome_statement(trace, grounds, wording), basis_statement(trace, grounds, wording)
    return (*outcome, *by_people(trace, beside, wording))


def _forms(
    decided: Decided, beside: Beside, wording: Wording, known: KnownGrounds, *, is_listed: bool
) -> Iterator[Block]:
    for number, decisions in enumerate(decided, 1):
        if is_listed:
            yield NewPage()
        level = 2 if is_listed else 1
        yield from offer_form(decisions, beside, wording, known, level=level, anchor=_anchor(number))


def _anchor(number: int) -> str:
    return f"offer-{number}"


def _digests(decided: Decided, rulebooks: Sequence[Rulebook], wording: Wording, known: KnownGrounds) -> Iterator[Block]:
    yield NewPage()
    yield Heading(Statement(wording.gettext("Appendix: rulebooks and digests"), ()), 2)
    yield from digest_tables(rulebooks, None, decided, wording, known)


def digest_tables(
    rulebooks: Sequence[Rulebook],
    sources: Sequence[tuple[str, str, RestsOn]] | None,
    decided: Decided,
    wording: Wording,
    known: KnownGrounds,
) -> Iterator[Table]:
    """The digests of rulebooks, vocabularies and each decision; of sources, by name and ground, where they are told."""
    gettext = wording.gettext
    of_digest = Column(gettext("Digest (SHA-256)"), 7)
    rows = [row for rulebook in rulebooks for row in _rulebook_rows(rulebook, wording)]
    for name, digest, given in sources or ():
        if digest:
            rows.append(Row(((Statement(name, (given,)),), (Statement(digest, (given,)),))))
    caption = gettext("Rulebooks") if sources is None else gettext("Rulebooks and sources")
    yield Table(caption, (Column(gettext("What"), 3), of_digest), tuple(rows))
    columns = (Column(gettext("Offer"), 3), Column(gettext("Rulebook"), 3), of_digest)
    decisions = tuple(_decision_row(trace, wording, known) for one in decided for trace in one)
    yield Table(gettext("Decisions"), columns, decisions)


def _rulebook_rows(rulebook: Rulebook, wording: Wording) -> Iterator[Row]:
    ground = (RestsOn("rulebook", rulebook.sha256),)
    of_vocabulary = wording.gettext("Vocabulary of {rulebook}", rulebook=rulebook.name)
    for name, digest in ((rulebook.name, rulebook.sha256), (of_vocabulary, rulebook.vocabulary.sha256)):
        yield Row(((Statement(name, ground),), (Statement(digest, ground),)))


def _decision_row(trace: Trace, wording: Wording, known: KnownGrounds) -> Row:
    grounds = known.of(trace)
    name = grounds.statement("name", trace.subject.name)
    rulebook = grounds.statement("rulebook", trace.rulebook.name)
    digest = grounds.statement("digest", grounds.digest)
    return Row(((name,), (rulebook, outcome_statement(trace, grounds, wording)), (digest,)))
