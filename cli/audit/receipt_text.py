"""What the check of a receipt found, in words."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import suppress
from typing import TYPE_CHECKING, Any, TypeAlias

from cli.audit.outcome_labels import label_by
from cli.common.in_short import MARKS
from cli.common.screen import Screen
from engine.diagnostics import Malformed
from engine.explanation.remarks import settled_text
from engine.explanation.words_and_numbers import Wording
from engine.journal.receipt import Mismatch, Receipt
from engine.texts.capitalised import capitalised
from engine.texts.catalogue import Language, Message, message
from engine.texts.days import minute_in_words

if TYPE_CHECKING:
    from offers.recorded.replay import Replayed

_PARTS = {
    "canonical": message("the file is not written as canonical JSON"),
    "seal": message("the seal does not fit: the receipt was altered"),
    "decision": message("the decision does not have its digest"),
    "execution": message("the execution does not have its digest"),
    "document": message("the offer does not have its digest"),
    "run": message("the run does not have its digest"),
    "rulebook": message("the run was decided by another rulebook"),
    "file": message("the run has no file of such decisions"),
    "row": message("the proof that the decision stands in the file of the run does not hold"),
    "sealed": message("the proof that the entry lies below a seal does not hold"),
    "entry": message("the entry does not have its digest"),
    "texts": message("a rulebook or vocabulary is missing or does not have its digest"),
}
_BULLETS = {"met": "✓ ", "not_met": "✗ ", "unknown": "! ", "dim": ""}
_IN_FILE = message("The decision stands in the file of the run.")
_NOT_SHOWN = message(
    "That the decision stands in the file of the run is not shown: the entry has no root of the rows, and it is seen "
    "with the journal only (--journal). Another decision that follows from the same rulebook would hold here."
)
Decided: TypeAlias = "Replayed | Message | str | None"
"""Where the decision differed when it was made again; a text says why it could not be; None where it was not tried."""


def receipt_report(
    receipt: Receipt,
    wrong: Sequence[Mismatch],
    decided: Decided,
    differs: bool | None,
    language: Language,
    *,
    is_seal_given: bool = False,
) -> str:
    """What the check found, to be read; what it found of the seal comes after it, where one is given."""
    wording, screen = Wording(language), Screen()
    entry, decided_so = receipt.entry, receipt.decided_so
    gettext, verdict = wording.gettext, decided_so["verdict"]
    screen.rule(f"{gettext('Receipt')}: {receipt.name}")
    when = minute_in_words(str(entry.get("recorded_at")), language)
    recorded = f"{when} {gettext('by')} {entry.get('recorded_by')}"
    rows = [
        (gettext("Outcome"), f"{MARKS.get(verdict, '')} {_outcome(receipt, wording)}"),
        (gettext("Rulebook"), f"{decided_so['rulebook']} {decided_so['version']}, {entry.get('year')}"),
        (gettext("Recorded"), f"{recorded}, {entry.get('software')}"),
        (gettext("Entry"), f"{entry.get('number')}, digest {receipt.record['digest']}"),
        (gettext("Journal"), str(receipt.record["journal"].get("id", "–"))),
    ]
    screen.pairs(rows)
    screen.line()
    for text in dict.fromkeys(_mismatch(one, wording) for one in wrong):
        screen.paragraph(f"{text}.", "not_met", indent=0, bullet="✗ ")
    for text, style in _lines(receipt, wrong, decided, differs, wording):
        screen.paragraph(text, style, indent=0, bullet=_BULLETS[style])
    if receipt.sealed is not None and not is_seal_given:
        words = message(
            "The entry was sealed; that is seen with the seal only (--seal), whose digest is {seal}.",
            seal=receipt.sealed.seal,
        )
        screen.paragraph(wording.render(words), "dim", indent=0)
    return screen.taken()


def _outcome(receipt: Receipt, wording: Wording) -> str:
    """The outcome as the receipt's rulebook calls it."""
    outcome = receipt.decided_so["outcome"]
    with suppress(Malformed):
        return label_by(receipt.text_of, receipt.recorded()[0].rulebook, outcome, wording)
    return outcome


def _lines(
    receipt: Receipt, wrong: Sequence[Mismatch], decided: Decided, differs: bool | None, wording: Wording
) -> list[tuple[str, str]]:
    gettext, render, lines = wording.gettext, wording.render, []
    if not wrong:
        lines.append((gettext("All digests agree."), "met"))
    if isinstance(decided, Message | str):
        start = gettext("The decision cannot be made again: ")
        lines.append((f"{start}{render(decided)}.", "not_met"))
    elif decided is not None and decided.differs_at:
        start = gettext("Made again, the decision differs in: ")
        lines.append((f"{start}{', '.join(decided.differs_at)}.", "not_met"))
    elif decided is not None:
        again = gettext("Made again, the decision is identical")
        settled = "" if decided.settled is None else f"; {settled_text(decided.settled, wording)}"
        lines.append((f"{again}{settled}.", "met"))
    if not wrong and receipt.row is not None:
        lines.append((render(_IN_FILE), "met"))
    elif not wrong and differs is None and receipt.is_of_run:
        lines.append((render(_NOT_SHOWN), "unknown"))
    if differs is not None:
        words = message("The entry does not stand so in the journal.")
        same = message("The entry stands in the journal.")
        lines.append((render(words if differs else same), "not_met" if differs else "met"))
    return lines


def _mismatch(one: Mismatch, wording: Wording) -> str:
    if one.part in _PARTS:
        return capitalised(wording.render(_PARTS[one.part]))
    field = one.part.removeprefix("entry.")
    return wording.gettext(
        "The entry says {recorded} of {field}, the decision {expected}",
        recorded=one.recorded,
        field=field,
        expected=one.expected,
    )


def is_identical(decided: Decided) -> bool:
    """Whether a decision was made again, and came out as it is recorded."""
    return decided is not None and not isinstance(decided, Message | str) and not decided.differs_at


def _decided_record(decided: Decided) -> str | list[str] | None:
    if decided is None or isinstance(decided, Message | str):
        return None if decided is None else str(decided)
    return list(decided.differs_at) or "identical"


def receipt_record(
    receipt: Receipt, wrong: Sequence[Mismatch], decided: Decided, differs: bool | None
) -> dict[str, Any]:
    """What the check found, for machines."""
    return {
        "holds": not wrong and is_identical(decided) and not differs,
        "entry": receipt.entry.get("number"),
        "digest": receipt.record["digest"],
        "mismatches": [one.part for one in wrong],
        "decided_again": _decided_record(decided),
        "stands_in_file": _stands_in_file(receipt, wrong, differs),
        "stands_in_journal": None if differs is None else not differs,
    }


def _stands_in_file(receipt: Receipt, wrong: Sequence[Mismatch], differs: bool | None) -> bool | None:
    """Whether a decision of a run is shown to stand in its file; None where it is not, or stands in its entry."""
    if wrong or not receipt.is_of_run:
        return None
    return True if receipt.row is not None or differs is False else None
