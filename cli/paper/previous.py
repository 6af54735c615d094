"""What a paper tells changes since: the decisions of a run before, or the outcomes that were published."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, NamedTuple

from cli.common.console import Exit, say
from cli.common.previous_runs import PUBLISHED, id_lines, ids_alone, nothing_published
from cli.common.remarks_on_input import remark_sentences
from cli.paper.named_sources import run_before
from cli.paper.source import PaperSource
from engine.comparison.causes import Situation
from engine.decisions.trace import Trace
from engine.diagnostics import Place, rejected
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import Rulebook
from engine.texts.catalogue import Language, message
from offers.recorded.history import stated_in
from offers.records.offer_id import comparable_id

if TYPE_CHECKING:
    from offers.recorded.recorded_causes import RecordedCauses


class Previous(NamedTuple):
    """What was decided before: `traces` by the offer's comparable id, and then by the rulebook's id.

    `lost` names, by rulebook id, evidence that the rule reads now, and that may have been stated then but was not kept.
    `causes` are those of the changes since then, as the runs recorded them that are told. `named` is what the run is
    called, with its digest. `published` are verdicts by the rulebook's id and the offer's comparable id, where what was
    published is compared with and no run: nothing but the outcome is known then. `successors` has for each id that
    changed those that took its place.
    """

    traces: Mapping[str, Mapping[str, Trace]]
    lost: Mapping[str, Sequence[str]] = MappingProxyType({})
    causes: RecordedCauses = MappingProxyType({})
    named: tuple[str, str] | None = None
    published: Mapping[str, Mapping[str, str]] | None = None
    successors: Mapping[str, Sequence[str]] = MappingProxyType({})

    @property
    def years(self) -> set[int]:
        """The agreement years of its decisions."""
        return {trace.year for of_offer in self.traces.values() for trace in of_offer.values()}

    def by(self, rulebook: Rulebook) -> dict[str, Trace]:
        """The decisions by a rulebook, or by another version of it, by the offer's comparable id."""
        found = ((offer, of_offer.get(rulebook.id)) for offer, of_offer in self.traces.items())
        return {offer: trace for offer, trace in found if trace is not None}

    def situation(self, offer: str) -> Situation:
        """What was stated of an offer, for which agreement year."""
        traces = list(self.traces[offer].values())
        return Situation(stated_in(traces), traces[0].year)

    def predecessors(self) -> Predecessors:
        """Which offers of then those of now are."""
        return Predecessors(self.successors)


class Predecessors:
    """Finds under which ids an offer of now stood before, as `reclassify` finds them.

    >>> found = Predecessors({"a": ["x"], "b": ["x"], "c": ["c", "y"]})
    >>> found.of("x"), found.of("y"), found.of("a"), found.of("d")
    (['a', 'b'], ['c'], [], ['d'])
    """

    def __init__(self, successors: Mapping[str, Sequence[str]]) -> None:
        self._olds: dict[str, list[str]] = {}
        for old, news in successors.items():
            for new in dict.fromkeys(map(comparable_id, news)):
                self._olds.setdefault(new, []).append(comparable_id(old))
        self._moved = {*self._olds, *map(comparable_id, successors)}

    def of(self, offer: str) -> list[str]:
        """The comparable ids of then; an id that another has taken the place of is its own no more."""
        name = comparable_id(offer)
        return self._olds.get(name, []) if name in self._moved else [name]


def previous_asked_for(
    named: str | None, ids: Path | None, source: PaperSource, exits: list[Exit], language: Language
) -> Previous | None:
    """What a paper compares with: the run in a folder, or `published` outcomes; None where nothing is named.

    Raises:
        Rejected: there is no whole run in the folder, or the table of ids cannot be read.
        click.UsageError: nothing was published, or there are ids and nothing to compare with.
    """
    if named is None and ids is not None:
        raise ids_alone()
    if named is None:
        return None
    if named == PUBLISHED and not Path(named).exists():
        return _with_ids(_published(source), ids, source, language)
    if not Path(named).is_dir():
        raise rejected(Place(named), "unreadable", message("there is no complete run in the folder"))
    return _with_ids(previous_decisions(named, source, exits, language), ids, source, language)


def previous_decisions(folder: str, source: PaperSource, exits: list[Exit], language: Language) -> Previous:
    """The decisions of a run before, as far as they are compared with those of a source.

    Raises:
        Rejected: there is no whole run in the folder.
    """
    from cli.common.recorded import recorded_decisions  # noqa: PLC0415 - polars is slow to import
    from offers.comparison.previous import read_previous  # noqa: PLC0415
    from offers.recorded.recorded_causes import recorded_causes, recorded_successors  # noqa: PLC0415

    unseen: list[Exit] = []
    with recorded_decisions([folder], None, unseen) as before:
        told = list(before.decided())
    exits += [code for code in unseen if code is not Exit.UNDETERMINED]
    return Previous(
        traces={comparable_id(one[0].subject.id): {trace.rulebook.id: trace for trace in one} for one in told},
        lost=read_previous(Path(folder), source.rulebooks).lost,
        causes=recorded_causes(source.runs, Path(folder)),
        named=run_before(Path(folder), language),
        successors=recorded_successors(source.runs, Path(folder)),
    )


def _published(source: PaperSource) -> Previous:
    """The outcomes that were published of the offers of a source."""
    from offers.comparison.published import published_outcomes  # noqa: PLC0415 - polars is slow to import

    offers = list(source.beside.offers.values())
    if not any(offer.record.published for offer in offers):
        raise nothing_published()
    frames = published_outcomes(offers, source.rulebooks, source.year).frames
    verdicts = {name: dict(frame.select("offer", "verdict").collect().iter_rows()) for name, frame in frames.items()}
    by_offer = {name: {comparable_id(o): v for o, v in found.items()} for name, found in verdicts.items()}
    return Previous({}, published=by_offer)


def _with_ids(previous: Previous, path: Path | None, source: PaperSource, language: Language) -> Previous:
    """The same, with the ids that took the place of others by a table; else as the runs that are told recorded them.

    What the table did, and which lines of it name nobody, is said.
    """
    if path is None:
        return previous
    from offers.comparison.changed_ids import remarks_on_changed_ids, successors_of  # noqa: PLC0415 - polars is slow to import

    lines = id_lines(path)
    published = (offers for offers in (previous.published or {}).values())
    before = {*previous.traces, *(offer for offers in published for offer in offers)}
    now = {comparable_id(decisions[0].subject.id) for decisions in source.decisions}
    named = {name for line in lines for name in (line.old, line.new)}
    successors, known = successors_of(lines, _among(named, before), _among(named, now))
    sought = "published" if previous.published is not None else "previous", "decided" if source.rejected else "register"
    remarks = [*remarks_on_changed_ids(known, *sought)]
    for line in remark_sentences(remarks, source.rulebooks, source.year, Wording(language)):
        say(line)
    return previous._replace(successors=successors)


def _among(names: Iterable[str], known: set[str]) -> set[str]:
    return {name for name in names if comparable_id(name) in known}
