"""`sekskant paper verify`: whether a paper still says what was decided."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from enum import Enum
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from cli.common.console import Exit, stop
from cli.common.json_output import print_json
from cli.common.option_values import FileName
from cli.common.options import folders_of_runs, format_option, language_option, other_journal_option
from cli.common.spoken import in_spoken
from engine.harmless import shown_name
from engine.texts.capitalised import capitalised
from engine.texts.catalogue import Language, Message, message, message_of_number
from engine.values.canonical import in_unicode

if TYPE_CHECKING:
    from cli.common.screen import Screen
    from cli.paper.recorded_paper import Recorded
    from engine.explanation.words_and_numbers import Wording
    from offers.papers.paper_file import PaperFile
    from offers.papers.statement_check import Edit


class Found(Enum):
    """What a paper is found to be, with what a person is told."""

    AS_DECIDED = "as_decided"
    EDITED = "edited"
    OUTDATED = "outdated"
    NOT_OURS = "not_ours"


_EXITS = {
    Found.AS_DECIDED: Exit.DONE,
    Found.EDITED: Exit.INTEGRITY,
    Found.OUTDATED: Exit.CHECK_FAILED,
    Found.NOT_OURS: Exit.INTEGRITY,
}
_WORDS = {
    Found.AS_DECIDED: message("as decided"),
    Found.EDITED: message("edited"),
    Found.OUTDATED: message("outdated: it was decided again since"),
    Found.NOT_OURS: message("not ours: this is not what sekskant wrote"),
}
_MARKS = {Found.AS_DECIDED: "✓ ", Found.OUTDATED: "! ", Found.EDITED: "✗ ", Found.NOT_OURS: "✗ "}
_STYLES = {Found.AS_DECIDED: "met", Found.OUTDATED: "unknown", Found.EDITED: "not_met", Found.NOT_OURS: "not_met"}
_NO_ORIGIN = message(
    "The paper was compared with what it carries itself. That shows whether it was edited, and proves no origin: "
    "whoever forges a paper can forge that as well. --journal or --run compares it with what is recorded."
)


class _Verified(NamedTuple):
    found: Found
    paper: PaperFile
    edits: Sequence[Edit]
    recorded: Recorded | None


@click.command()
@click.argument("path", type=FileName(exists=True, dir_okay=False), metavar="FILE")
@click.option(
    "--run",
    "run",
    type=FileName(file_okay=False, exists=True),
    metavar="RUN",
    help="Also compare with what is decided in the folder of a run.",
)
@other_journal_option
@format_option("text", "json")
@language_option
def verify(path: Path, run: Path | None, journal: str | None, form: str, lang: Language) -> None:
    """Verify a paper: it says what was decided, and is not outdated.

    FILE is a paper in Word, HTML or PDF that `sekskant paper` wrote, or a page of `sekskant assess`. Each statement of
    ours is looked for in its place, word by word; what somebody has written besides is not looked at, wherever it
    stands. A PDF is verified as a whole. With --journal or --run what the paper says is made again from what is
    recorded there.

    Exit code: 0 as decided; 1 it is no document that can be read; 4 edited, or not ours; 5 outdated.
    """
    if run is not None and journal is not None:
        raise click.UsageError(in_spoken(message("compare with a journal or with a run, one at a time")))
    from offers.papers.paper_file import read_paper  # noqa: PLC0415 - help must not wait for it

    verified = _verified(read_paper(path), run, journal)
    if form == "json":
        print_json(_record(path, verified, run, journal))
    else:
        click.echo(_text(path, verified, lang, is_compared=bool(run or journal)), nl=False)
    stop(_EXITS[verified.found])


def _verified(paper: PaperFile, run: Path | None, journal: str | None) -> _Verified:
    if paper.carried is None:
        return _Verified(Found.NOT_OURS, paper, (), None)
    edits = paper.edits()
    recorded = None
    if run is not None or journal is not None:
        from cli.paper.recorded_paper import recorded_in_journal, recorded_in_run  # noqa: PLC0415 - a database is slow

        if journal is not None:
            recorded = recorded_in_journal(journal, folders_of_runs(), paper.carried)
        elif run is not None:
            recorded = recorded_in_run(run, paper.carried)
    if recorded is not None and recorded.contradicts:
        found = Found.NOT_OURS
    elif edits or not paper.is_whole:
        found = Found.EDITED
    else:
        found = Found.OUTDATED if recorded is not None and recorded.is_outdated else Found.AS_DECIDED
    return _Verified(found, paper, edits, recorded)


def _text(path: Path, verified: _Verified, language: Language, *, is_compared: bool) -> str:
    from cli.common.screen import Screen  # noqa: PLC0415 - only what is used is loaded
    from engine.explanation.words_and_numbers import Wording  # noqa: PLC0415

    wording, screen, carried = Wording(language), Screen(), verified.paper.carried
    screen.rule(shown_name(str(path)))
    if carried is not None:
        screen.paragraph(carried.title, indent=0)
    mark, style = _MARKS[verified.found], _STYLES[verified.found]
    screen.paragraph(capitalised(wording.render(_headline(verified))) + ".", style, indent=0, bullet=mark)
    for lines in (_of_file(verified, wording), _of_record(verified, wording)):
        for text in lines:
            screen.paragraph(text)
    _show_edits(screen, verified.edits, wording)
    if carried is not None and not is_compared:
        screen.line()
        screen.paragraph(wording.render(_NO_ORIGIN), "dim", indent=0)
    return screen.taken()


def _headline(verified: _Verified) -> Message:
    """What the paper is found to be; where it is outdated, by what: another run, people, or decisions."""
    recorded = verified.recorded
    if verified.found is Found.OUTDATED and recorded is not None:
        from cli.paper.recorded_text import has_same_outcomes, like_headline  # noqa: PLC0415 - only what is used

        if has_same_outcomes(verified.paper, recorded):
            return like_headline(recorded)
        if recorded.run is not None:
            return message("not what this run says: it is another run than that of the paper")
        if all(since.is_by_people for since in recorded.outdated):
            return message("outdated: people have decided otherwise since")
    return _WORDS[verified.found]


def _of_record(verified: _Verified, wording: Wording) -> Iterator[str]:
    """What is recorded shows."""
    if (recorded := verified.recorded) is None:
        return
    from cli.paper.recorded_text import recorded_lines, unseen_line  # noqa: PLC0415 - only what is used is loaded

    yield from recorded_lines(recorded, verified.paper, wording, is_outdated=verified.found is Found.OUTDATED)
    if recorded.unseen and verified.found is Found.AS_DECIDED:
        yield unseen_line(recorded, wording)


def _of_file(verified: _Verified, wording: Wording) -> Iterator[str]:
    """What the file itself shows."""
    paper = verified.paper
    if paper.carried is None:
        yield wording.render(message("The file carries nothing of what papers of sekskant carry."))
    elif paper.form == "pdf":
        words = message("The file is as it was written, byte for byte.")
        if not paper.is_whole:
            words = message("The file is not as it was written. In a PDF it cannot be told where it differs.")
        yield wording.render(words)
    else:
        number = len(paper.carried.statements())
        if verified.edits:
            words = message_of_number(
                "{edited} of {number} statement does not stand in its place as it was written.",
                "{edited} of {number} statements do not stand in their places as they were written.",
                number,
                edited=wording.grouped(len(verified.edits)),
            )
        else:
            words = message_of_number(
                "{number} statement stands in its place as it was written.",
                "{number} statements stand in their places as they were written.",
                number,
            )
        yield wording.render(words)


_MOST_SHOWN = 50
_FATES: dict[str, Message] = {
    "edited": message("edited"),
    "gone": message("not there any more"),
    "moved": message("moved to another place"),
    "hidden": message("hidden or struck out, so that nobody sees it"),
}


def _show_edits(screen: Screen, edits: Sequence[Edit], wording: Wording) -> None:
    for edit in edits[:_MOST_SHOWN]:
        screen.line()
        screen.paragraph(f"{wording.render(_FATES[edit.fate.value])}:", "not_met", bullet="✗ ")
        pairs = [(wording.gettext("Written"), edit.written)]
        if edit.now is not None:
            pairs.append((wording.gettext("Now"), edit.now))
        for label, text in pairs:
            screen.paragraph(f"{label}: {text}", indent=4)
    if len(edits) > _MOST_SHOWN:
        words = message_of_number("and {number} more", "and {number} more", len(edits) - _MOST_SHOWN)
        screen.paragraph(wording.render(words))


def _record(path: Path, verified: _Verified, run: Path | None, journal: str | None) -> dict[str, object]:
    carried, recorded = verified.paper.carried, verified.recorded
    return {
        "file": in_unicode(str(path)),
        "form": verified.paper.form,
        "title": None if carried is None else carried.title,
        "found": verified.found.value,
        "compared_with": "journal" if journal is not None else "itself" if run is None else "run",
        "statements": 0 if carried is None else len(carried.statements()),
        "edits": [{"place": e.place, "fate": e.fate.value, "written": e.written, "now": e.now} for e in verified.edits],
        "outdated": [
            {**one.told._asdict(), "outcome": one.outcome, "entry": one.entry or None, "by_people": one.is_by_people}
            | {"same_outcome": one.like.outcome, "rulebook_then": one.like.rulebook}
            for one in (recorded.outdated if recorded else ())
        ],
        "gone": [told._asdict() for told in (recorded.gone if recorded else ())],
        "unknown": [told._asdict() for told in (recorded.unknown if recorded else ())],
        "unfounded": [statement.text for statement in (recorded.unfounded if recorded else ())],
        "left_out": [statement.text for statement in (recorded.left_out if recorded else ())],
    }
