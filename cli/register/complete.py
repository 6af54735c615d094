"""`sekskant register complete`: the answers that came back, put into the register."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import click

from cli.common.console import Exit, load_library, say, say_of, say_rejected, stop
from cli.common.option_values import FileName
from cli.common.options import ignore_option, language_option, reading, reading_options, rulebooks_option, year_option
from cli.common.selection import chosen_rulebooks, shared_vocabulary
from cli.common.spoken import in_spoken
from cli.register.template import new_workbook, say_what_has_no_column, say_what_is_not_read
from engine.diagnostics import Diagnostic, Rejected
from engine.harmless import shown_name
from engine.rulebooks.rulebook import Vocabulary
from engine.texts.catalogue import Language, Message, message, message_of_number
from offers.records.input_remarks import InputRemark
from offers.records.offer import Offer
from offers.records.reader import without_repeated

if TYPE_CHECKING:
    from offers.tables.answer import Answer
    from offers.tables.answers import MoreExact
    from offers.tables.contradictions import Contradictions


@click.command()
@click.argument("register", type=FileName(exists=True), metavar="REGISTER")
@click.argument("answers", nargs=-1, required=True, type=FileName(exists=True), metavar="ANSWERS...")
@rulebooks_option()
@year_option()
@click.option("--out", type=FileName(dir_okay=False), required=True, help="The completed register to write (.xlsx).")
@click.option("--force", is_flag=True, help="Write over a file that is there.")
@ignore_option
@reading_options
@language_option
def complete(
    register: Path,
    answers: tuple[Path, ...],
    names: tuple[str, ...],
    year: int | None,
    out: Path,
    force: bool,
    ignored: tuple[str, ...],
    lang: Language,
) -> None:
    """Put the answers that came back into the register.

    REGISTER is a table, a folder of tables, offer files or the folder of a run. ANSWERS are the workbooks that came
    back, such as those of `paper letters`, and folders of them; CSV and ODS are taken, too. Where the register says
    nothing, or that nobody knows, the answer stands in the new one, with its reason, its source, who gave it and when.
    An answer may also say more exactly what a range leaves open. Where it says another thing than the register or than
    another answer, both are told, and the cell stays as it is. The register itself is not changed.

    Exit code: 0 done; 1 an answer or an offer was rejected (the rest stands in the new register); 2 usage.
    """
    new_workbook(out, force=force)
    if os.path.realpath(out) in {os.path.realpath(path) for path in (register, *answers)}:
        raise click.UsageError(in_spoken(message("write the completed register to another file than it is read from")))
    from offers.recorded.evidence_sources import offers_with_evidence  # noqa: PLC0415 - polars is slow to import
    from offers.tables.workbook_template import write_workbook  # noqa: PLC0415

    library = load_library(names)
    year = year or library.latest_year(names)
    rulebooks = chosen_rulebooks(library, names, year)
    vocabulary = shared_vocabulary(rulebooks)
    told: list[Message | InputRemark] = []
    before = _Register(without_repeated(offers_with_evidence(register, vocabulary, reading(), told, ignored)))
    came_in = _CameIn()
    for file in _files(answers, came_in):
        came_in.read(file, vocabulary, told, ignored)
    say_what_is_not_read(told, rulebooks, year, lang)
    from offers.tables.contradictions import contradictions_of  # noqa: PLC0415

    check = contradictions_of(rulebooks, year)
    done = before.completed(came_in.answers, lang, check)
    written = write_workbook(out, rulebooks, year, lang, done.offers, with_evidence=True)
    rejected = [*before.rejected, *came_in.rejected_rows, *came_in.rejected_files.values(), *written.rejected]
    wrong = [*done.refused, *(diagnostic for one in rejected for diagnostic in one.diagnostics)]
    if wrong:
        say_rejected(Rejected(wrong))
    _say_more_exact(done.more_exact)
    say_what_has_no_column(done.offers)
    _say_what_was_done(out, written.offers, done, came_in)
    if left_out := len(before.rejected) + len(written.rejected):
        words = message_of_number(
            "{number} offer of the register was rejected, and does not stand in the new one",
            "{number} offers of the register were rejected, and do not stand in the new one",
            left_out,
        )
        say(words)
    stop(Exit.REJECTED if wrong else Exit.DONE)


class _Done(NamedTuple):
    """The offers with their answers, the file of each cell filled, all that say what filled one, and what is told."""

    offers: Sequence[Offer]
    filled: Sequence[str]
    filled_from: AbstractSet[str]
    more_exact: Sequence[MoreExact]
    refused: Sequence[Diagnostic]


class _Register:
    """The register as it was read: its offers by their ids, and what was rejected of it."""

    def __init__(self, read: Iterable[Offer | Rejected]) -> None:
        self.offers: dict[str, Offer] = {}
        self.rejected: list[Rejected] = []
        for one in read:
            if isinstance(one, Offer):
                self.offers[one.id] = one
            else:
                self.rejected.append(one)

    def completed(self, answers: Sequence[Answer], language: Language, contradictions: Contradictions) -> _Done:
        """The register with answers."""
        from offers.tables.answers import completed, unknown_offer  # noqa: PLC0415 - polars is slow to import

        given: dict[str, list[Answer]] = {}
        for answer in answers:
            given.setdefault(answer.offer.id, []).append(answer)
        done = {
            name: completed(offer, given.get(name, ()), language, contradictions) for name, offer in self.offers.items()
        }
        some_were_rejected = bool(self.rejected)
        unknown = [
            unknown_offer(answer.offer, self.offers.values(), some_were_rejected=some_were_rejected)
            for answer in answers
            if answer.offer.id not in self.offers
        ]
        return _Done(
            [one.offer for one in done.values()],
            [file for one in done.values() for file in one.filled],
            {file for one in done.values() for file in one.filled_from},
            [told for one in done.values() for told in one.more_exact],
            [*unknown, *(diagnostic for one in done.values() for diagnostic in one.refused)],
        )


class _CameIn:
    """What came back: the answers, the rows that were rejected, and the files that cannot be read, each by its name."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.rejected_rows: list[Rejected] = []
        self.rejected_files: dict[str, Rejected] = {}

    def read(
        self, file: Path, vocabulary: Vocabulary, told: list[Message | InputRemark], ignored: Sequence[str]
    ) -> None:
        """Read the rows of a file."""
        from offers.recorded.evidence_sources import offers_with_evidence  # noqa: PLC0415 - polars is slow to import
        from offers.tables.answer import Answer  # noqa: PLC0415

        try:
            rows = offers_with_evidence(file, vocabulary, reading(), told, ignored)
        except Rejected as error:
            self.rejected_files[str(file)] = error
            return
        self.answers += [Answer(str(file), one) for one in rows if isinstance(one, Offer)]
        self.rejected_rows += [one for one in rows if isinstance(one, Rejected)]


def _files(paths: Sequence[Path], came_in: _CameIn) -> Iterable[Path]:
    """The files named, and those in folders, each once; folders that cannot be read are told with what came in."""
    from offers.tables.paths import tables_in  # noqa: PLC0415 - polars is slow to import

    files: dict[str, Path] = {}
    for path in paths:
        try:
            tables = tables_in(path) if path.is_dir() else []
        except Rejected as error:
            came_in.rejected_files[str(path)] = error
            continue
        for file in tables or [path]:
            files.setdefault(os.path.realpath(file), file)
    return files.values()


def _say_more_exact(told: Sequence[MoreExact]) -> None:
    for one in told:
        words = message("{what} is more exact now: {now}, before {before}", what=one.what, now=one.now)
        say_of(one.place, words.filled(before=one.before))


def _say_what_was_done(out: Path, offers: int, done: _Done, came_in: _CameIn) -> None:
    """Say what came back, what of it was new, and from which files nothing was."""
    if unread := came_in.rejected_files:
        say(message("nothing was read from {files}", files=", ".join(map(shown_name, unread))))
    files = dict.fromkeys(answer.file for answer in came_in.answers)
    if nothing := [shown_name(file) for file in files if file not in done.filled_from]:
        say(message("nothing was filled from {files}", files=", ".join(nothing)))
    if rejected := len(came_in.rejected_rows):
        words = message_of_number(
            "{number} row that came back was rejected, and nothing of it is taken until it is mended",
            "{number} rows that came back were rejected, and nothing of them is taken until they are mended",
            rejected,
        )
        say(words)
    rows = len(came_in.answers) + rejected
    words = message(
        "{came}; {cells}; {stand}",
        came=message_of_number("{number} row came back", "{number} rows came back", rows),
        cells=message_of_number("{number} cell was filled", "{number} cells were filled", len(done.filled)),
        stand=message_of_number("{number} offer stands in it", "{number} offers stand in it", offers),
    )
    say_of(shown_name(str(out)), words)
