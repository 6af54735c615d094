"""One journal entry, to be read: who recorded what, and the whole trace of its decision."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from cli.audit.outcome_labels import OutcomeLabels
from cli.common.json_output import json_text
from cli.common.overrides import StandingOverrides, made_override
from cli.common.remarks_on_input import remark_sentences
from cli.common.screen import Branch, Piece, Screen
from cli.common.trace_tree import TraceTree, record_tree
from engine.decisions.trace import Execution
from engine.diagnostics import Malformed, NotReplayable
from engine.documents.fields import Fields, read_json
from engine.explanation.remarks import settled_text
from engine.explanation.words_and_numbers import Wording
from engine.journal.entry import DECISION, Entry, frame, kind_in_words
from engine.journal.journal import Journal
from engine.journal.records import RecordedDecision, execution_in, recorded_by, superset_in
from engine.texts.capitalised import capitalised
from engine.texts.catalogue import Language, message, message_in
from engine.texts.days import minute_in_words
from offers.recorded.replay import describing, recorded_in
from offers.records.input_remarks import InputRemark


def entry_json(journal: Journal, entry: Entry) -> str:
    """An entry with all that it holds, for machines, and what people decided in place of its decision."""
    made = StandingOverrides(journal, entry.offer).made_on(entry)
    return json_text(entry_record(entry) | ({} if made is None else {"recorded_override": made_override(*made)}))


def entry_record(entry: Entry) -> dict[str, Any]:
    """An entry with its texts as records; a text that is none is given as it is."""
    texts = {name: _loaded(getattr(entry, name)) for name in ("execution", "content", "document", "input_remarks")}
    return {"entry": {"id": entry.identifier} | frame(entry) | {"digest": entry.digest}, **texts}


def _loaded(text: str | None) -> object:
    """What a text says; numbers as the digits they were written with."""
    try:
        return None if text is None else read_json(text, parse_float=str)
    except Malformed:
        return text


def entry_text(journal: Journal, entry: Entry, language: Language, *, with_fired: bool = False) -> str:
    """An entry, to be read; the rules that fired where they are asked for."""
    wording, screen = Wording(language), Screen()
    labels = OutcomeLabels(journal, wording)
    screen.rule(
        f"{wording.gettext('Entry')} {entry.identifier}: {entry.name or wording.render(kind_in_words(entry.kind))}"
    )
    screen.pairs(_facts(entry, wording))
    screen.line()
    if entry.kind != DECISION:
        screen.tree(_Plain(entry, labels, wording).tree(_loaded(entry.content), entry.kind))
        return screen.taken()
    tree, warning = decision_tree(journal, entry, wording, with_fired=with_fired)
    for line in _override_lines(journal, entry, wording):
        screen.paragraph(line, "bold", indent=0, bullet="! ")
        screen.line()
    if warning:
        screen.paragraph(warning, "unknown", indent=0, bullet="! ")
        screen.line()
    screen.tree(tree)
    if entry.input_remarks:
        screen.line()
        screen.tree(_input_remarks(journal, entry, wording))
    return screen.taken()


def _input_remarks(journal: Journal, entry: Entry, wording: Wording) -> Branch:
    """What was remarked on the offer as it was handed in, in words as far as it can be read."""
    label = wording.gettext("On the information as it was handed in")
    recorded = _loaded(entry.input_remarks)
    try:
        rulebook = describing(journal.text).rulebook(recorded_in(entry).decision.rulebook)
        remarks = [InputRemark.read(f.record, rulebook.vocabulary) for f in Fields({"them": recorded}).each("them")]
    except (Malformed, NotReplayable):
        return _Plain(entry, OutcomeLabels(journal, wording), wording).tree(recorded, label)
    sentences = remark_sentences(remarks, [rulebook], entry.year or 0, wording)
    return Branch([Piece(label, "bold")], [Branch([Piece(sentence)]) for sentence in sentences])


def _facts(entry: Entry, wording: Wording) -> list[tuple[str, str]]:
    gettext = wording.gettext
    decided = f"{entry.rulebook} {entry.version}, {gettext('agreement year')} {entry.year}"
    recorded = (
        f"{minute_in_words(entry.recorded_at, wording.language)} {gettext('by')} {entry.recorded_by}, {entry.software}"
    )
    rows = {
        gettext("Offer"): entry.offer or "",
        gettext("Rulebook"): decided if entry.rulebook else "",
        gettext("Recorded"): f"{recorded}, {gettext('run')} {entry.run}",
        gettext("Read from"): entry.place or "",
        gettext("Digest of content"): entry.content_digest,
        gettext("Digest of entry"): entry.digest,
    }
    return [(label, text) for label, text in rows.items() if text]


def decision_tree(journal: Journal, entry: Entry, wording: Wording, *, with_fired: bool) -> tuple[Branch, str | None]:
    """The tree of a recorded decision, and a warning where only the record is shown, or it is settled by now."""
    try:
        replayed = describing(journal.text).replay(recorded_in(entry))
    except NotReplayable as error:
        words = message("Only the record is shown; the decision cannot be made again: {why}.")
        return _record_tree(journal, entry, wording), wording.render(words, why=error.why)
    if replayed.differs_at:
        words = message("Only the record is shown; made again, the decision differs in: {paths}.")
        return _record_tree(journal, entry, wording), wording.render(words, paths=", ".join(replayed.differs_at))
    settled = None if replayed.settled is None else f"{capitalised(settled_text(replayed.settled, wording))}."
    tree = TraceTree(replayed.trace, wording, execution_of(entry), with_fired=with_fired)
    return tree.whole(), settled


def _override_lines(journal: Journal, entry: Entry, wording: Wording) -> Iterator[str]:
    """What people decided in place of the decision."""
    made = StandingOverrides(journal, entry.offer).made_on(entry)
    if made is not None:
        override, content = made
        when = (
            f"{minute_in_words(override.recorded_at, wording.language)}, {wording.gettext('entry')} {override.number}"
        )
        yield wording.gettext(
            "Overridden by {by} ({when}): {outcome}. Reason: {because}",
            by=content.by,
            when=when,
            outcome=OutcomeLabels(journal, wording).label(entry.rulebook, entry.version, content.outcome),
            because=content.because,
        )


def execution_of(entry: Entry) -> Execution | None:
    """Who made the recorded decision and what fired; None where that cannot be read."""
    try:
        return execution_in(entry)
    except Malformed:
        return None


def check_whole(journal: Journal, entry: Entry) -> None:
    """That an entry holds all of what entries of its kind hold, and what its digest says.

    Raises:
        Rejected: it does not.
    """
    try:
        recorded_by(entry)
        if entry.kind == DECISION:
            superset_in(entry)
            execution_in(entry)
    except Malformed as error:
        raise journal.not_whole(entry, error) from None
    journal.check_sound(entry)


def _record_tree(journal: Journal, entry: Entry, wording: Wording) -> Branch:
    content, labels = _loaded(entry.content), OutcomeLabels(journal, wording)
    try:
        decision = RecordedDecision.read(content)
    except Malformed:
        return _Plain(entry, labels, wording).tree(content, entry.kind)
    outcome = labels.label(decision.rulebook.id, decision.rulebook.version, decision.outcome)
    return record_tree(decision.record, outcome, wording)


_KEYS = {
    words.text: words
    for words in (
        message_in("record", "because"),
        message_in("record", "by"),
        message_in("record", "counts"),
        message_in("record", "decision"),
        message_in("record", "entry"),
        message_in("record", "files"),
        message_in("record", "format"),
        message_in("record", "inputs"),
        message_in("record", "of"),
        message_in("record", "outcome"),
        message_in("record", "override"),
        message_in("record", "path"),
        message_in("record", "rows"),
        message_in("record", "run"),
        message_in("record", "rulebooks"),
        message_in("record", "superset"),
        message_in("record", "verdict"),
        message_in("record", "version"),
        message_in("record", "vocabulary"),
        message_in("record", "year"),
    )
} | {
    "met": message_in("record", "fulfilled"),
    "not_met": message_in("record", "not fulfilled"),
    "undetermined": message_in("record", "undetermined"),
    "input_remarks": message_in("record", "remarks on the input"),
    "ids": message_in("record", "changed ids"),
}
"""What keys and verdicts of records are called; others are shown as they are."""


class _Plain:
    """Any record as a tree: its keys, verdicts and outcomes in words, the rest as it is."""

    def __init__(self, entry: Entry, labels: OutcomeLabels, wording: Wording) -> None:
        self._entry, self._labels, self._wording = entry, labels, wording

    def tree(self, value: object, name: str) -> Branch:
        """A value under its name."""
        label = self._wording.render(_KEYS.get(name, name))
        if isinstance(value, dict):
            return Branch([Piece(label, "bold")], [self.tree(v, str(k)) for k, v in value.items()])
        if isinstance(value, list):
            return Branch([Piece(label, "bold")], [self.tree(v, str(i)) for i, v in enumerate(value, 1)])
        return Branch([Piece(f"{label}: ", "dim"), Piece("–" if value is None else self._shown(name, str(value)))])

    def _shown(self, name: str, value: str) -> str:
        if name == "verdict":
            return self._wording.render(_KEYS.get(value, value))
        if name == "outcome":
            return self._labels.label(self._entry.rulebook, self._entry.version, value)
        return value
