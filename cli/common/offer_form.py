"""The form of an offer as blocks of a paper: its description, and each decision with criteria and justification."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby

from cli.common.beside import Beside
from cli.common.in_short import MARKS, basis_titles
from engine.decisions.notes import beside_wider
from engine.decisions.trace import CriterionTrace, OverrideTrace, Trace
from engine.explanation.justification import justification
from engine.explanation.paper import (
    Block,
    Cell,
    Column,
    Grounds,
    Heading,
    KnownGrounds,
    Pairs,
    Paragraph,
    RestsOn,
    Row,
    Statement,
    Table,
    Tone,
)
from engine.explanation.views import TestView, enough_of, how_many, view_of, views_of
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.language import Text
from engine.rulebooks.rulebook import Verdict
from offers.records.offer import PART_OF
from offers.records.offer_id import comparable_id


def offer_form(
    decisions: Sequence[Trace],
    beside: Beside,
    wording: Wording,
    known: KnownGrounds,
    *,
    level: int,
    anchor: str = "",
    names: Mapping[str, str] | None = None,
) -> Iterator[Block]:
    """The form of one offer; its headings are of a level and those below it.

    `names` are what the offers are called that are told beside it, by comparable ids: whoever reads the form then needs
    no id, neither of an offer nor of a rulebook. Without them both stand there as files and commands have them.
    """
    subject, grounds = decisions[0].subject, known.of(decisions[0])
    yield Heading(grounds.statement("name", subject.name), level, anchor)
    described = (
        (wording.text(label), grounds.statement(f"description/{number}", _value(label, value, names or {}, wording)))
        for number, (label, value) in enumerate(subject.description)
    )
    if rows := tuple(described):
        yield Pairs(rows)
    for trace in decisions:
        yield from decision_form(trace, decisions, beside, wording, known, level + 1, has_ids=names is None)
    if remarks := beside.remark_sentences(wording, subject.id):
        heading = wording.gettext("On the information as it was handed in")
        yield Heading(grounds.statement("input_remarks", heading), level + 1)
        yield from (_plain(grounds.statement(f"input_remarks/{n}", text)) for n, text in enumerate(remarks))
    if subject.attention:
        yield Heading(grounds.statement("attention", wording.gettext("Points for special attention")), level + 1)
        for number, point in enumerate(subject.attention):
            yield Paragraph((grounds.statement(f"attention/{number}", point),), "item")


def names_of(told: Iterable[Sequence[Trace]]) -> dict[str, str]:
    """What the offers of some decisions are called, by comparable ids."""
    return {comparable_id(decisions[0].subject.id): decisions[0].subject.name for decisions in told}


def _value(label: Text, value: Text, names: Mapping[str, str], wording: Wording) -> str:
    """What a description says under a label; of the offer that another is a department of its name, where known."""
    said = wording.text(value)
    return names.get(comparable_id(said), said) if label == PART_OF else said


def decision_form(
    trace: Trace,
    decisions: Sequence[Trace],
    beside: Beside,
    wording: Wording,
    known: KnownGrounds,
    level: int,
    *,
    has_ids: bool,
) -> Iterator[Block]:
    """One of the decisions on an offer: the outcome, what people decided instead, the criteria, the justification."""
    grounds, rulebook = known.of(trace), trace.rulebook
    of_rulebook = grounds.of_rulebook()
    yield Heading(Statement(wording.text(rulebook.title), (of_rulebook,)), level)
    named = rulebook.id if has_ids else wording.gettext("version")
    version = f"{named} {rulebook.version} · {wording.gettext('agreement year')} {trace.year}"
    yield Paragraph((Statement(version, (of_rulebook,), "dim"),), "note")
    yield Paragraph((outcome_statement(trace, grounds, wording), basis_statement(trace, grounds, wording)), "outcome")
    yield from (Paragraph((one,), "by_people") for one in by_people(trace, beside, wording))
    rows = [_criterion(one, trace, grounds, wording) for one in trace.criteria]
    rows += [_override(one, grounds, wording) for one in trace.overrides]
    caption = wording.gettext("The criteria, and what was found")
    yield Table(caption, _columns(wording), tuple(rows), (grounds.of("criteria"),))
    for section in justification(beside_wider(trace, decisions), wording.language):
        yield Heading(grounds.statement(f"justification/{section.part}", section.heading), level + 1)
        for number, (bullet, sentence) in enumerate(section.lines()):
            node = f"justification/{section.part}/{number}"
            yield Paragraph((grounds.statement(node, sentence),), "item" if bullet else "plain")


def outcome_statement(trace: Trace, grounds: Grounds, wording: Wording) -> Statement:
    """The outcome of a decision with its mark."""
    return grounds.statement("verdict", marked_outcome(trace, wording), trace.verdict.value)


def marked_outcome(trace: Trace, wording: Wording) -> str:
    """The outcome with its mark, as every paper has it."""
    return f"{MARKS[trace.verdict.value]} {wording.text(trace.rulebook.outcomes[trace.verdict].label)}"


def basis_statement(trace: Trace, grounds: Grounds, wording: Wording) -> Statement:
    """What decides, or may decide."""
    return grounds.statement("basis", f"{wording.gettext('Basis')}: {basis_titles(trace, wording)}", "dim")


def by_people(trace: Trace, beside: Beside, wording: Wording) -> Iterator[Statement]:
    """What people decided in place of a decision, and what changed since."""
    standing = beside.overridden(trace)
    if standing is None:
        return
    ground = RestsOn("override", standing.entry.digest, f"entry/{standing.entry.number}")
    for line in beside.override_lines(trace, wording):
        yield Statement(line, (ground,), "strong")


def by_people_briefly(trace: Trace, beside: Beside, wording: Wording) -> Iterator[Statement]:
    """The outcome that people decided in place of a decision, where who and why stand elsewhere in the paper."""
    standing = beside.overridden(trace)
    if standing is not None:
        label = wording.text(trace.rulebook.outcomes[standing.content.verdict].label)
        ground = RestsOn("override", standing.entry.digest, f"entry/{standing.entry.number}")
        yield Statement(wording.gettext("Decided by people: {outcome}", outcome=label), (ground,), "strong")


def people_decided(offers: int, wording: Wording) -> str:
    """Of how many of the offers just told people decided otherwise."""
    return wording.ngettext(
        "For {number} of these offers a person has recorded another outcome, which stands beside the rule's.",
        "For {number} of these offers people have recorded another outcome, which stands beside the rule's.",
        offers,
    )


def _columns(wording: Wording) -> tuple[Column, ...]:
    gettext = wording.gettext
    heads = ((gettext("No."), 0), (gettext("Criterion"), 8), (gettext("Fulfilment"), 8))
    return (*(Column(label, weight) for label, weight in heads), Column(gettext("Evidence and reason"), 19))


def _criterion(found: CriterionTrace, trace: Trace, grounds: Grounds, wording: Wording) -> Row:
    criterion, reported = found.criterion, found.status.reported
    node = f"criteria/{criterion.id}"
    status = [grounds.statement(node, f"{MARKS[reported]} {wording.status(found.status)}", _tone(reported))]
    if found.decisive and trace.verdict is not Verdict.UNDETERMINED:
        status.append(grounds.statement(node, wording.gettext("decisive"), "dim"))
    views = views_of(found, wording)
    evidence = list(_tests(views, node, grounds, wording))
    if len(views) > 1 and (enough := enough_of(found, wording)):
        evidence.append(grounds.statement(node, f"({enough})"))
    return _row(node, criterion.id, wording.text(criterion.title), status, evidence, grounds)


def _override(found: OverrideTrace, grounds: Grounds, wording: Wording) -> Row:
    node = f"overrides/{found.override.id}"
    status = [grounds.statement(node, wording.override(found.status))]
    evidence = list(_tests([view_of(test, wording) for test in found.tests], node, grounds, wording))
    if how := how_many(found.override.condition, found.tests, wording):
        evidence.append(grounds.statement(node, f"({how})"))
    return _row(node, "–", wording.text(found.override.title), status, evidence, grounds)


def _row(
    node: str, number: str, title: str, status: list[Statement], evidence: list[Statement], grounds: Grounds
) -> Row:
    of_rulebook = (grounds.of_rulebook(node),)
    named: tuple[Cell, ...] = ((Statement(number, of_rulebook),), (Statement(title, of_rulebook),))
    return Row((*named, tuple(status), tuple(evidence)))


def _tests(views: Sequence[TestView], node: str, grounds: Grounds, wording: Wording) -> Iterator[Statement]:
    """What is stated of each fact, and on what ground; the source of several, one after the other, is told once."""
    for details, together in groupby(views, key=lambda view: view.details):
        nodes = []
        for view in together:
            nodes.append(f"{node}/facts/{view.finding.fact.id}")
            yield grounds.statement(nodes[-1], view.words)
            yield from (grounds.statement(nodes[-1], text) for text in view.because)
            for text in view.reservation:
                yield grounds.statement(nodes[-1], f"{wording.gettext('Reservation')}: {text}", "unknown")
        rests_on = tuple(map(grounds.of, nodes))
        yield from (Statement(f"[{text}]", rests_on, "dim") for text in details)


def _tone(reported: str) -> Tone:
    tones: dict[str, Tone] = {"met": "met", "not_met": "not_met", "unknown": "unknown"}
    return tones.get(reported, "not_applicable")


def _plain(statement: Statement) -> Paragraph:
    return Paragraph((statement,))
