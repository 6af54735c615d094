"""The paper for a committee: what is recommended, by which rule and on which facts, offer by offer."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from cli.common.forms_paper import digest_tables
from cli.common.in_short import missing_words
from cli.common.offer_form import by_people, names_of, offer_form, outcome_statement, people_decided
from cli.paper.changes_part import ChangesWriter
from cli.paper.front import contradictions, count_of, people_then, rejected_rows
from cli.paper.named_sources import PREVIOUS
from cli.paper.previous import Previous
from cli.paper.source import PaperSource
from engine.decisions.trace import Trace
from engine.explanation.clauses import Clauses
from engine.explanation.justification import facts_to_ask_for, questions_of, why
from engine.explanation.paper import (
    Block,
    Column,
    Grounds,
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
from engine.rulebooks.language import Text
from engine.rulebooks.rulebook import Criterion, Override, Rulebook, Verdict
from engine.texts.capitalised import capitalised
from engine.texts.days import day_in_words, minute_in_words
from offers.records.offer import OPERATOR

GIVEN, THE_YEAR = RestsOn("given", node="source"), RestsOn("given", node="year")
THE_DAY = RestsOn("given", node="date")


def committee_paper(source: PaperSource, previous: Previous | None, date: str | None, wording: Wording) -> Paper:
    """The paper for a committee, from decisions and those of a run before.

    `date` is the day that stands on it, as ISO 8601 has it.
    """
    return CommitteeWriter(source, previous, date, wording).paper()


class CommitteeWriter:
    """Writes the parts of the paper for a committee, which others share."""

    def __init__(self, source: PaperSource, previous: Previous | None, date: str | None, wording: Wording) -> None:
        self._source, self._previous, self._date, self._wording = source, previous, date, wording
        self._gettext, self._text, self._known = wording.gettext, wording.text, KnownGrounds()
        self._names = names_of(source.decisions)
        self._anchors = {d[0].subject.id: f"offer-{n}" for n, d in enumerate(source.decisions, 1)}

    def paper(self) -> Paper:
        """The whole paper; parts that have nothing to say are left out."""
        title = self._gettext("Recommendation on specialised offers for the agreement year {year}", year=self._year)
        sections = (
            Section("outcomes", tuple(self._outcomes())),
            Section("rule", tuple(self._rules())),
            Section("changes", tuple(self._changes())),
            Section("open", tuple(self._open())),
            Section("overridden", tuple(self._overridden())),
            Section("readings", tuple(self._readings())),
            Section("forms", tuple(self._forms())),
            Section("digests", tuple(self._digests())),
        )
        told = tuple(section for section in sections if section.blocks)
        front, books = tuple(self._front(title)), tuple(self._source.rulebooks)
        paper = Paper("committee", self._wording.language, title, self._year, self._date, front, told, books)
        return paper._replace(decisions=self._known.told(self._source.decisions))

    @property
    def _year(self) -> int:
        return self._source.year

    # --- the front page ---

    def _front(self, title: str) -> Iterator[Block]:
        yield Heading(Statement(title, (THE_YEAR,)), 1)
        yield Pairs(tuple(self._particulars()))
        yield from rejected_rows(self._source, self._wording)
        yield from people_then(self._source, self._source.decisions, self._wording)
        yield self._heading(self._gettext("Recommendation"), 2)
        for rulebook in self._source.rulebooks:
            yield from (Paragraph((one,)) for one in self._recommended(rulebook))
            yield from self._contradictions(rulebook)
        yield self._totals()
        yield Signature((self._gettext("Date"), self._gettext("Name and signature")))

    def _particulars(self) -> Iterator[tuple[str, Statement]]:
        if self._date is not None:
            day = day_in_words(self._date, self._wording.language)
            yield self._gettext("Date"), Statement(day, (THE_DAY,))
        yield self._gettext("Agreement year"), Statement(str(self._year), (THE_YEAR,))
        for rulebook in self._source.rulebooks:
            words = self._gettext(
                "{title}, version {version} ({source})",
                title=self._text(rulebook.title),
                version=rulebook.version,
                source=self._text(rulebook.source),
            )
            yield self._gettext("Rulebook"), Statement(words, (RestsOn("rulebook", rulebook.sha256),))
        yield self._gettext("Source"), Statement("; ".join(self._source.named), (GIVEN,))
        number = self._wording.grouped(len(self._source.decisions))
        yield self._gettext("Offers assessed"), Statement(number, (RestsOn("count", node="offers"),))

    def _recommended(self, rulebook: Rulebook) -> Iterator[Statement]:
        traces = self._source.by(rulebook)
        for verdict in Verdict:
            having = [trace for trace in traces if trace.verdict is verdict]
            if not having:
                continue
            values = {
                "label": self._wording.quoted(self._text(rulebook.outcomes[verdict].label)),
                "year": self._year,
                "title": self._wording.quoted(self._text(rulebook.title)),
            }
            if verdict is Verdict.UNDETERMINED:
                words = self._wording.ngettext(
                    "{number} offer is undetermined by the rulebook {title}; what is missing is told below.",
                    "{number} offers are undetermined by the rulebook {title}; what is missing is told below.",
                    len(having),
                    **values,
                )
            else:
                words = self._wording.ngettext(
                    "It is recommended that {number} offer gets the outcome {label} for the agreement year {year}.",
                    "It is recommended that {number} offers get the outcome {label} for the agreement year {year}.",
                    len(having),
                    **values,
                )
            yield Statement(words, (count_of(rulebook, verdict.value),))
        yield from self._by_people(rulebook, traces)

    def _by_people(self, rulebook: Rulebook, traces: Sequence[Trace]) -> Iterator[Statement]:
        """Of how many offers people decided otherwise than a rulebook; nothing where of none."""
        if overridden := self._source.beside.overridden_among(traces):
            words = people_decided(len(overridden), self._wording)
            yield Statement(words, (count_of(rulebook, "overridden"),), "strong")

    def _of_these(self, rulebook: Rulebook, traces: Sequence[Trace], node: str) -> Iterator[Statement]:
        """The same beside the sum of a table."""
        if overridden := self._source.beside.overridden_among(traces):
            words = self._wording.ngettext(
                "{number} of these decided otherwise by people",
                "{number} of these decided otherwise by people",
                len(overridden),
            )
            yield Statement(words, (count_of(rulebook, node),))

    def _contradictions(self, rulebook: Rulebook) -> Iterator[Paragraph]:
        yield from contradictions(rulebook, self._source.decisions, self._known, self._wording)

    def _totals(self) -> Table:
        gettext = self._gettext
        columns = (Column(gettext("Rulebook"), 3), Column(gettext("Outcome"), 4), Column(gettext("Offers"), 0, True))
        rows: list[Row] = []
        for rulebook in self._source.rulebooks:
            traces, title = self._source.by(rulebook), self._of_rulebook(rulebook)
            for verdict in Verdict:
                count = sum(trace.verdict is verdict for trace in traces)
                label = Statement(
                    self._text(rulebook.outcomes[verdict].label), (RestsOn("rulebook", rulebook.sha256),), verdict.value
                )
                rows.append(Row(((title,), (label,), (self._number(count, rulebook, verdict.value),))))
            total = Statement(gettext("In all"), (count_of(rulebook, "all"),))
            rows.append(Row(((title,), (total,), (self._number(len(traces), rulebook, "all"),)), is_total=True))
            if overridden := self._source.beside.overridden_among(traces):
                ground = (count_of(rulebook, "overridden"),)
                people = Statement(gettext("Of these, people have recorded another outcome"), ground)
                number = self._number(len(overridden), rulebook, "overridden")
                rows.append(Row(((title._replace(rests_on=ground),), (people,), (number,))))
        return Table(gettext("Offers by outcome"), columns, tuple(rows))

    # --- the offers by their outcomes ---

    def _outcomes(self) -> Iterator[Block]:
        yield NewPage()
        yield self._heading(self._gettext("The offers by outcome"), 1)
        for rulebook in self._source.rulebooks:
            yield Heading(self._of_rulebook(rulebook), 2)
            for verdict in Verdict:
                having = [trace for trace in self._source.by(rulebook) if trace.verdict is verdict]
                if having:
                    yield self._group(rulebook, verdict, having)

    def _group(self, rulebook: Rulebook, verdict: Verdict, having: Sequence[Trace]) -> Table:
        gettext = self._gettext
        columns = (Column(gettext("Offer"), 3), Column(gettext("Operator"), 3), Column(gettext("Why"), 7))
        rows = []
        for trace in having:
            grounds = self._known.of(trace)
            reason = (
                grounds.statement("justification/decision", why(trace, self._wording)),
                *by_people(trace, self._source.beside, self._wording),
            )
            anchor = self._anchors[trace.subject.id]
            rows.append(Row(((self._name(grounds),), (self._operator(grounds),), reason), leads_to=anchor))
        number = Statement(self._wording.grouped(len(having)), (count_of(rulebook, verdict.value),))
        total = Statement(gettext("In all"), (count_of(rulebook, verdict.value),))
        people = tuple(self._of_these(rulebook, having, f"{verdict.value}/overridden"))
        rows.append(Row(((total,), (number,), people), is_total=True))
        caption, ground = capitalised(self._text(rulebook.outcomes[verdict].label)), count_of(rulebook, verdict.value)
        return Table(caption, columns, tuple(rows), (ground,))

    # --- the matter: rules, changes, what is open, what people decided, readings ---

    def _rules(self) -> Iterator[Block]:
        yield NewPage()
        yield self._heading(self._gettext("Presentation of the matter"), 1)
        yield self._heading(self._gettext("The rules in plain words"), 2)
        for rulebook in self._source.rulebooks:
            yield from self._rule(rulebook)

    def _rule(self, rulebook: Rulebook, level: int = 3) -> Iterator[Block]:
        gettext, digest = self._gettext, rulebook.sha256
        yield Heading(self._of_rulebook(rulebook), level)
        yield from (Paragraph((self._override_rule(rulebook, override),)) for override in rulebook.overrides)
        words = gettext(
            "The rule requires that {required} ({source}, {reference}).",
            required=Clauses(rulebook, self._wording).rule(rulebook.rule.group),
            source=self._text(rulebook.source),
            reference=self._text(rulebook.rule.reference),
        )
        yield Paragraph((Statement(words, (RestsOn("rulebook", digest, "rule"),)),))
        columns = (
            Column(gettext("No.")),
            Column(gettext("Criterion"), 3),
            Column(gettext("What fulfils it"), 8),
            Column(gettext("Where it stands"), 3),
        )
        rows = tuple(self._criterion(rulebook, criterion) for criterion in rulebook.criteria)
        caption = gettext("The criteria of {title}", title=self._text(rulebook.title))
        yield Table(caption, columns, rows, (RestsOn("rulebook", digest, "criteria"),))

    def _criterion(self, rulebook: Rulebook, criterion: Criterion) -> Row:
        ground = RestsOn("rulebook", rulebook.sha256, f"criteria/{criterion.id}")
        texts = (criterion.id, *map(self._text, (criterion.title, criterion.description, criterion.reference)))
        return Row(tuple((Statement(text, (ground,)),) for text in texts))

    def _override_rule(self, rulebook: Rulebook, override: Override) -> Statement:
        values = {
            "outcome": self._wording.quoted(self._text(rulebook.outcomes[override.verdict].label)),
            "basis": self._text(override.legal_basis),
            "where": f"{self._text(rulebook.source)}, {self._text(override.reference)}",
        }
        if override.offer_is is not None:
            words = self._gettext(
                "An offer that is {what} gets the outcome {outcome}, whatever the criteria show. This follows from "
                "{basis} ({where}).",
                what=self._text(override.offer_is),
                **values,
            )
        else:
            words = self._gettext(
                "Where {title} applies to an offer, it gets the outcome {outcome}, whatever the criteria show. This "
                "follows from {basis} ({where}).",
                title=self._wording.quoted(self._text(override.title)),
                **values,
            )
        return Statement(words, (RestsOn("rulebook", rulebook.sha256, f"overrides/{override.id}"),))

    def _changes(self, level: int = 2) -> Iterator[Block]:
        if self._previous is not None:
            yield from ChangesWriter(self._source, self._previous, self._wording, self._known).blocks(level)

    def _open(self) -> Iterator[Block]:
        tables = [table for rulebook in self._source.rulebooks for table in self._open_by(rulebook)]
        if tables:
            yield self._heading(self._gettext("Undetermined offers, and what is missing"), 2)
            yield from tables

    def _open_by(self, rulebook: Rulebook) -> Iterator[Table]:
        gettext = self._gettext
        having = [trace for trace in self._source.by(rulebook) if trace.verdict is Verdict.UNDETERMINED]
        if not having:
            return
        columns = (Column(gettext("Offer"), 3), Column(gettext("Missing"), 2), Column(gettext("What is to be told"), 7))
        alike: dict[tuple[str, tuple[tuple[str, str], ...]], list[Grounds]] = {}
        for trace in having:
            asked = missing_words([trace], self._wording), tuple(self._questions(trace))
            alike.setdefault(asked, []).append(self._known.of(trace))
        rows = []
        for (missing, questions), of in alike.items():
            ground = tuple(grounds.of("missing") for grounds in of)
            told = tuple(
                Statement(text, tuple(grounds.of(f"questions/{fact}") for grounds in of)) for fact, text in questions
            )
            rows.append(Row((tuple(map(self._name, of)), (Statement(missing, ground),), told)))
        yield Table(self._text(rulebook.title), columns, tuple(rows), (count_of(rulebook, "undetermined"),))

    def _questions(self, trace: Trace) -> Iterator[tuple[str, str]]:
        """The facts to ask for, each with its question and who can answer."""
        for test in facts_to_ask_for(trace):
            for question, whom in questions_of(trace, test, self._wording):
                values = {"question": question, "whom": whom}
                words = self._gettext("{question} (answered by {whom})", **values) if whom else question
                yield test.test.fact, words

    def _overridden(self, level: int = 2) -> Iterator[Block]:
        gettext, rows = self._gettext, list[Row]()
        for decisions in self._source.decisions:
            for trace in decisions:
                standing = self._source.beside.overridden(trace)
                if standing is None:
                    continue
                grounds, content, entry = self._known.of(trace), standing.content, standing.entry
                ground = (RestsOn("override", entry.digest, f"entry/{entry.number}"),)
                label = self._text(trace.rulebook.outcomes[content.verdict].label)
                when = minute_in_words(entry.recorded_at, self._wording.language)
                notes = self._source.beside.override_lines(trace, self._wording)[1:]
                reason = tuple(Statement(text, ground) for text in (content.because, *notes))
                name = (self._name(grounds), self._of_rulebook(trace.rulebook)._replace(tone="dim"))
                rule = (outcome_statement(trace, grounds, self._wording),)
                who = (Statement(content.by, ground), Statement(when, ground))
                rows.append(Row((name, rule, (Statement(label, ground, content.verdict.value),), who, reason)))
        if rows:
            heads = (gettext("Offer"), gettext("By the rule"), gettext("By people"))
            others = Column(gettext("Who and when"), 3), Column(gettext("Reason"), 3)
            columns = (*(Column(head, 4) for head in heads), *others)
            yield self._heading(gettext("What people decided instead"), level)
            yield Table(gettext("Outcomes overridden by people"), columns, tuple(rows))

    def _readings(self, level: int = 2) -> Iterator[Block]:
        told = [one for rulebook in self._source.rulebooks for one in self._readings_of(rulebook)]
        if told:
            yield self._heading(self._gettext("How the rules are read"), level)
            yield from (Paragraph((one,), "item") for one in told)

    def _readings_of(self, rulebook: Rulebook) -> Iterator[Statement]:
        read = [(o.id, self._wording.quoted(self._text(o.title)), o.reading) for o in rulebook.overrides]
        read.append((rulebook.rule.id, self._gettext("The rule"), rulebook.rule.reading))
        for criterion in rulebook.criteria:
            read.append((criterion.id, criterion.id, criterion.reading))
            if criterion.applicability is not None:
                read.append((criterion.id, criterion.id, criterion.applicability.reading))
        for identifier, name, reading in read:
            if reading is not None:
                ground = RestsOn("rulebook", rulebook.sha256, f"readings/{identifier}")
                yield Statement(f"{name}: {self._text(reading)}", (ground,))

    # --- the forms, and the appendix ---

    def _forms(self) -> Iterator[Block]:
        yield NewPage()
        yield self._heading(self._gettext("Form and justification of each offer"), 1)
        for decisions in self._source.decisions:
            anchor = self._anchors[decisions[0].subject.id]
            form = self._form(decisions, anchor)
            if decisions is not self._source.decisions[0]:
                yield NewPage()
            yield from form

    def _form(self, decisions: Sequence[Trace], anchor: str) -> Iterator[Block]:
        names = self._names
        yield from offer_form(
            decisions, self._source.beside, self._wording, self._known, level=2, anchor=anchor, names=names
        )

    def _digests(self) -> Iterator[Block]:
        gettext = self._gettext
        yield NewPage()
        yield self._heading(gettext("Appendix: rulebooks, sources and digests"), 1)
        source = self._source
        given = [(name, digest, RestsOn("given", node="source")) for name, digest in source.digests]
        if self._previous is not None and self._previous.named is not None:
            name, digest = self._previous.named
            given.append((name, digest, RestsOn("given", digest, PREVIOUS)))
        yield from digest_tables(source.rulebooks, given, source.decisions, self._wording, self._known)

    # --- parts ---

    def _heading(self, text: str, level: int) -> Heading:
        return Heading(Statement(text, ()), level)

    def _of_rulebook(self, rulebook: Rulebook) -> Statement:
        return Statement(self._text(rulebook.title), (RestsOn("rulebook", rulebook.sha256),))

    def _name(self, grounds: Grounds) -> Statement:
        return grounds.statement("name", grounds.trace.subject.name)

    def _operator(self, grounds: Grounds) -> Statement:
        return self._described(OPERATOR, grounds)

    def _described(self, asked: Text, grounds: Grounds) -> Statement:
        """What the description of an offer says under a label."""
        for number, (label, value) in enumerate(grounds.trace.subject.description):
            if label == asked:
                return grounds.statement(f"description/{number}", self._text(value))
        return grounds.statement("description", self._gettext("not stated"))

    def _number(self, count: int, rulebook: Rulebook, node: str) -> Statement:
        return Statement(self._wording.grouped(count), (count_of(rulebook, node),))
