"""The cases of the version before: what an author expected then, decided again by the version that follows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as MappingType
from pathlib import Path
from typing import NamedTuple

from engine.authoring.cases.case import Case, CaseResult, run_cases
from engine.decisions.decide import Decider
from engine.documents.document import Mapping, Node, Sequence, read_file, read_one
from engine.documents.places import walk
from engine.evaluation.evidence import EveryYear, Evidence, Stated
from engine.rulebooks.library import yaml_files
from engine.rulebooks.rulebook import Rulebook, Vocabulary
from engine.rulebooks.written_out import in_one_line
from offers.cases.case_file import FOLDER, CaseFile, read_case_file
from offers.cases.case_writer import case_lines


class TakenOver(NamedTuple):
    """A case of an earlier version, as it is asked of the one that follows, and how it came out.

    `years` says by how much later its agreement year is now.
    """

    result: CaseResult
    years: int

    @property
    def is_to_judge(self) -> bool:
        """Whether its expectation turned: an author has to say which is right."""
        return not self.result.passed


def cases_of(rulebook: Rulebook, files: Iterable[CaseFile] | None = None) -> list[tuple[Case, int]]:
    """The judged cases of a rulebook, each with the years by which it was moved: its own, and those taken over.

    A case of its own with the name of an earlier one stands in its place. `files` are its own case files; by default
    those beside it.

    Raises:
        Rejected: a case file has mistakes.
    """
    own = [case for file in (_files_of(rulebook) if files is None else files) for case in file.cases]
    names = {case.name for case in own}
    judged = [(case, 0) for case in own if not case.to_judge]
    return [*judged, *((case, years) for case, years in taken_over(rulebook) if case.name not in names)]


def taken_over(rulebook: Rulebook) -> Iterator[tuple[Case, int]]:
    """The cases of the version before, asked of this one: of the same evidence as many years later.

    What a case says of criteria that are no more is left out; where the rule has another id, that is meant.

    Raises:
        Rejected: a case file has mistakes.
    """
    former = rulebook.former
    if former is None:
        return
    later = rulebook.agreement_years[0] - former.agreement_years[0]
    for case, years in cases_of(former):
        yield _asked_of(rulebook, former, case, later), years + later


def decided_again(rulebook: Rulebook, files: Iterable[CaseFile], decider: Decider) -> tuple[TakenOver, ...]:
    """The cases of the version before that no case of one's own stands in for, decided by this one.

    Raises:
        Rejected: a case file has mistakes.
        IntegrityFault: a decision could not be proven.
    """
    own = {case.name for file in files for case in file.cases}
    taken = [(case, years) for case, years in taken_over(rulebook) if case.name not in own]
    results = run_cases((case for case, _ in taken), decider)
    return tuple(TakenOver(result, years) for result, (_, years) in zip(results, taken, strict=True))


def _files_of(rulebook: Rulebook) -> list[CaseFile]:
    """The case files beside a rulebook that are about it."""
    read = [read_case_file(file) for file in yaml_files(Path(rulebook.file).parent / FOLDER)]
    return [file for file in read if file.rulebook.name == rulebook.name]


def _asked_of(rulebook: Rulebook, former: Rulebook, case: Case, later: int) -> Case:
    names = [criterion.id for criterion in rulebook.criteria]
    is_same = names == [criterion.id for criterion in former.criteria]
    basis = (rulebook.rule.id,) if case.basis == (former.rule.id,) else case.basis
    statuses = {name: status for name, status in (case.statuses or {}).items() if name in names}
    return case._replace(
        year=case.year + later,
        stated=_moved(case.stated, later, rulebook),
        basis=basis,
        statuses=None if case.statuses is None else statuses,
        decisive=case.decisive if is_same else None,
    )


def _moved(stated: Stated, later: int, rulebook: Rulebook) -> Stated:
    """Evidence on the facts that the vocabulary has, its years as much later."""
    vocabulary = rulebook.vocabulary
    present_ids = vocabulary.present_ids
    named = {present_ids.get(name, name): one for name, one in stated.items()}
    return {name: _of_years(one, later) for name, one in named.items() if name in vocabulary.facts}


def _of_years(evidence: Evidence | MappingType[int, Evidence], later: int) -> Evidence | MappingType[int, Evidence]:
    if isinstance(evidence, Evidence | EveryYear):
        return evidence
    return {year + later: one for year, one in evidence.items()}


def block_of(taken: TakenOver, year: int, vocabulary: Vocabulary) -> str:
    """A case whose expectation turned, as a case file of the new version has it: for its author to judge.

    It expects what is decided now; so its evidence must not have been rejected.
    `year` is the agreement year of the file's cases that do not say another; facts that the vocabulary no longer has
    are left out.
    """
    place = taken.result.case.place
    document = read_one(read_file(Path(place.file)), place.file)
    cases = walk(document, ("cases",))[-1]
    assert isinstance(cases, Sequence)
    written = next(one for one in cases.items if one.place == place)
    assert isinstance(written, Mapping)
    evidence = written.entries.get("evidence")
    text = "{}" if evidence is None else in_one_line(_stated_later(evidence, taken.years, vocabulary))
    return "\n".join(f"  {line}" for line in case_lines(taken.result, text, year)) + "\n"


def _stated_later(evidence: Node, later: int, vocabulary: Vocabulary) -> Node:
    """Evidence as it is written on what the vocabulary has, the years of yearly facts as much later."""
    if not isinstance(evidence, Mapping):
        return evidence
    known, present_ids = {*vocabulary.facts, *vocabulary.lists}, vocabulary.present_ids
    named = {present_ids.get(key, key): value for key, value in evidence.entries.items()}
    entries = {key: _moved_years(value, later) for key, value in named.items() if key in known}
    return evidence._replace(entries=entries)


def _moved_years(value: Node, later: int) -> Node:
    if not (isinstance(value, Mapping) and all(_is_year(key) for key in value.entries)):
        return value
    return value._replace(entries={str(int(key) + later): one for key, one in value.entries.items()})


def _is_year(key: str) -> bool:
    return len(key) == 4 and key.isdecimal()
