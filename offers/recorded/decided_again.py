"""The decisions of a recorded run made again to be shown, each offer's together: they are what the run says."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Any, NamedTuple

from engine.decisions.trace import Trace
from engine.diagnostics import IntegrityFault, NotReplayable, Place, Rejected, place_in_words, quoted, rejected
from engine.documents.fields import Fields, read_json
from engine.documents.regular_file import read_text
from engine.journal.records import DECISIONS_OF_RUNS, RunRecord, RunRulebook
from engine.journal.row_proof import file_of_decisions
from engine.journal.run_files import RECORD, RunFiles, check_copy
from engine.rulebooks.library import Library
from engine.rulebooks.rulebook import Rulebook
from engine.texts.catalogue import message
from engine.values.canonical import sha256
from offers.comparison.previous import DECISIONS, RULEBOOKS, incomplete
from offers.recorded.batch_entries import RowDocuments, RowSelection, rows_of
from offers.recorded.replay import Replayer, describing
from offers.records.offer import Offer

_NO_ROW: Mapping[str, Any] = MappingProxyType({"offer": None})
_ADVICE = message("`sekskant audit verify` says whether it was altered")


class RecordedRun(NamedTuple):
    """A run whose files can be read: its record, the file of decisions of each of its rulebooks, and their texts.

    `folder` is where its `run.json` stands; None where that is not what was recorded.
    """

    record: RunRecord
    files: Mapping[str, Sequence[Path]]
    text: Callable[[str], str | None]
    folder: Path | None = None

    @property
    def rejected(self) -> int | None:
        """How many rows of the register were rejected; None where no `run.json` says so.

        Raises:
            Malformed: it does not hold a whole run.
        """
        if self.folder is None:
            return None
        rulebooks = Fields(read_json(read_text(self.folder / "run.json"))).each("rulebooks")
        rows = next((one.optional_below("rows") for one in rulebooks), None)
        return None if rows is None or "rejected" not in rows.record else rows.number("rejected")

    @property
    def rulebooks(self) -> list[Rulebook]:
        """The rulebooks that decided.

        Raises:
            NotReplayable: one is not kept, or cannot be read any more.
        """
        replayer = describing(self.text)
        return [replayer.rulebook(decided.rulebook) for decided in self.record.rulebooks]


def run_in(folder: Path, library: Library) -> RecordedRun:
    """The run in a folder, its files compared with its record; the library has the wider rulebooks it consulted.

    Raises:
        Rejected: there is no whole run in it, or a file is not what it was.
    """
    try:
        check_copy(folder, ("run.json", DECISIONS, RULEBOOKS))
        is_recorded = (folder / RECORD).is_file()
        record = RunRecord.read(read_json(read_text(folder / (RECORD if is_recorded else "run.json"))))
        texts = {sha256(text): text for text in map(read_text, sorted((folder / RULEBOOKS / "rules").glob("*.yaml")))}
    except (OSError, ValueError):
        raise incomplete(folder) from None
    for rulebook in library.rulebooks:
        shipped = (rulebook.written_as.decode(), rulebook.vocabulary.written_as.decode())
        texts |= {sha256(text): text for text in shipped}
    names = [file_of_decisions(decided.rulebook.name) for decided in record.rulebooks]
    if is_recorded:
        of_record = RunFiles(folder, record, str(folder / RECORD))
        files: dict[str, Sequence[Path]] = {name: of_record.table(name) for name in names}
    else:
        files = {name: [folder / name] for name in names}
    return RecordedRun(record, files, texts.get, folder)


def decided_again(
    run: RecordedRun, selection: RowSelection, is_checked: bool = False, meet: Callable[[Offer], None] | None = None
) -> Iterator[tuple[Trace, ...] | Rejected]:
    """The decisions on each offer that a run decided, made again; where one is not what the run says, why.

    Args:
        run: the run.
        selection: which decisions are wanted.
        is_checked: as `Decider` takes it.
        meet: takes each offer.

    Raises:
        Rejected: a file cannot be read, or the files are not about the same offers.
    """
    replayer = Replayer(run.text, is_checked, meet)
    wanted = [one for one in run.record.rulebooks if selection.rulebook in (None, one.rulebook.id, one.rulebook.name)]
    paths = [run.files[file_of_decisions(decided.rulebook.name)] for decided in wanted]
    makers = [_Maker(run.record, decided, replayer, str(own[0])) for decided, own in zip(wanted, paths, strict=True)]
    for of_offer in itertools.zip_longest(*(rows_of(list(own), selection) for own in paths), fillvalue=_NO_ROW):
        if len({row["offer"] for row in of_offer}) > 1:
            words = message("the run was altered: its decisions are not about the same offers")
            raise rejected(Place(str(paths[0][0])), "unreadable", words, _ADVICE)
        yield _of_offer(makers, of_offer)


def _of_offer(makers: Sequence[_Maker], rows: Sequence[Mapping[str, Any]]) -> tuple[Trace, ...] | Rejected:
    try:
        return tuple(maker.trace(row) for maker, row in zip(makers, rows, strict=True))
    except Rejected as error:
        return error


class _Maker:
    """Makes the decisions by one rulebook again."""

    def __init__(self, run: RunRecord, decided: RunRulebook, replayer: Replayer, file: str) -> None:
        self._run, self._decided, self._replayer, self._file = run, decided, replayer, file
        self._documents: RowDocuments | None = None

    def trace(self, row: Mapping[str, Any]) -> Trace:
        """The decision that a row holds.

        Raises:
            Rejected: it cannot be made again, or is another one.
        """
        place = place_in_words(message("{file}, offer {offer}", file=self._file, offer=quoted(row["offer"])))
        try:
            trace = self._made(row)
        except NotReplayable as error:
            raise rejected(place, "not-replayable", error.why, _ADVICE) from None
        except IntegrityFault as error:
            raise rejected(place, "not-replayable", error.words, _ADVICE) from None
        if differs := [name for name, said in said_by(trace).items() if row.get(name) != said]:
            words = message("made again, it differs in {paths}", paths=", ".join(differs))
            raise rejected(place, "not-replayable", words, _ADVICE)
        return trace

    def _made(self, row: Mapping[str, Any]) -> Trace:
        named = self._decided.rulebook
        if self._documents is None:
            self._documents = RowDocuments(self._replayer.rulebook(named).vocabulary, self._run.format)
        written = self._documents.written(dict(row))
        form = DECISIONS_OF_RUNS[self._run.format]
        return self._replayer.decide(written, named, self._decided.superset, self._run.year, form)


def said_by(trace: Trace) -> dict[str, str | None]:
    """What the row of a decision says of it: verdict, outcome, basis, and the status of each criterion."""
    said = {"verdict": trace.verdict.value, "outcome": trace.outcome, "basis": trace.basis}
    return said | {one.criterion.id: one.status.reported for one in trace.criteria}
