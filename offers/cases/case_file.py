"""Case files: the cases of a rulebook as their author writes them, in `cases/` beside it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from collections.abc import Mapping as MappingType
from pathlib import Path
from typing import Any, Literal, NamedTuple

from engine.authoring.cases.case import Case
from engine.authoring.lints.check import files_under
from engine.diagnostics import Diagnostic, Place, Rejected, near_hint, quoted
from engine.documents.document import Mapping, Node, Scalar, read_file, read_one
from engine.documents.places import place_of, place_of_key, shown_path, walk
from engine.documents.regular_file import check_leads_below
from engine.documents.shape import fit_or_reject, key, shape
from engine.evaluation.evidence import EveryYear, Evidence, Provenance, Stated
from engine.rulebooks.library import VOCABULARY_FILE, Library, yaml_files
from engine.rulebooks.rulebook import Rulebook, Verdict
from engine.texts.catalogue import Message, message
from offers.cases.rulebook_of_cases import rulebook_of_cases
from offers.records.evidence import read_evidence
from offers.records.former_names import FormerName, with_present_ids

FOLDER = "cases"
"""The folder of case files, beside the rulebooks that they are about."""


@shape
class CaseEntry:
    """What is known of an offer, and what must be decided."""

    case: str = key(at_least=1, description="what the case shows, in a few words; no two cases have the same")
    year: int | None = key(default=None, description="the agreement year, if another than that of the file")
    in_force: bool = key(default=True, description="false: the version is not in force, and nothing is decided")
    evidence: dict[str, Any] | None = key(default=None, description="evidence by fact id, as in an offer file")
    verdict: Literal["met", "not_met", "undetermined"] | None = None
    basis: str | None = key(default=None, description="the rule or override that decides; null where it is open")
    statuses: dict[str, Literal["met", "not_met", "unknown", "not_applicable"]] | None = key(
        default=None, description="of the criteria that the case is about"
    )
    decisive: list[str] | None = key(
        default=None, description="all the criteria that would each change the verdict, were it the other way"
    )
    to_judge: bool = key(default=False, description="true: written by sekskant, and not yet judged by an author")


@shape
class CasesFile:
    """The cases of one rulebook."""

    format: Literal["sekskant/cases/1"]
    rulebook: str = key(description="ID, or ID@VERSION, of a rulebook in the folder above")
    year: int | None = key(default=None, description="the agreement year; by default the first that is decided")
    cases: list[CaseEntry]


class CaseFile(NamedTuple):
    """The cases that a file holds, the rulebook that they are about, and the agreement year where a case says none.

    `former_names` are the facts that it calls by a name of before.
    """

    path: Path
    rulebook: Rulebook
    cases: tuple[Case, ...]
    year: int
    former_names: tuple[FormerName, ...] = ()


def case_files_of(folder: Path) -> list[Path]:
    """The case files beside the rulebooks of a folder and of the folders directly in it.

    Raises:
        Rejected: one of them is a link that leads out of the folder.
    """
    folders = {folder / FOLDER, *folder.glob(f"*/{FOLDER}")}
    files = sorted(file for cases in folders for file in yaml_files(cases))
    check_leads_below(files, folder)
    return files


def read_case_file(path: Path, data: bytes | None = None) -> CaseFile:
    """The cases of a file; the rulebook stands in the folder above, or is one of those shipped.

    Raises:
        Rejected: with every mistake found.
    """
    node = read_one(read_file(path) if data is None else data, shown_path(path))
    written = fit_or_reject(CasesFile, node)
    rulebook = rulebook_of_cases(path, node, written.rulebook)
    year = written.year or rulebook.agreement_years[0]
    reader = _Reader(node, rulebook, year)
    cases = tuple(reader.case(i, entry) for i, entry in enumerate(written.cases))
    reader.finish()
    return CaseFile(path, rulebook, cases, year, tuple(reader.former_names))


class _Reader:
    def __init__(self, node: Node, rulebook: Rulebook, year: int) -> None:
        self._node, self._rulebook, self._year = node, rulebook, year
        self._criteria = [criterion.id for criterion in rulebook.criteria]
        self._bases = [override.id for override in rulebook.overrides] + [rulebook.rule.id]
        self._names: dict[str, Place] = {}
        self._found: list[Diagnostic] = []
        self.former_names: list[FormerName] = []

    def case(self, i: int, entry: CaseEntry) -> Case:
        """One case, whose words are the reason for the judgements in it."""
        path = ("cases", i)
        self._check(path, entry)
        has_basis = "basis" in self._entries(path)
        return Case(
            name=entry.case,
            place=place_of(self._node, *path),
            year=entry.year or self._year,
            stated=self._stated(path, entry.case),
            in_force=entry.in_force,
            verdict=Verdict(entry.verdict) if entry.verdict else None,
            basis=(entry.basis,) if has_basis else None,
            statuses=entry.statuses,
            decisive=None if entry.decisive is None else tuple(entry.decisive),
            to_judge=entry.to_judge,
        )

    def _entries(self, path: tuple[str | int, ...]) -> dict[str, Node]:
        node = walk(self._node, path)[-1]
        assert isinstance(node, Mapping)
        return node.entries

    def _check(self, path: tuple[str | int, ...], entry: CaseEntry) -> None:
        first = self._names.setdefault(entry.case, place_of(self._node, *path))
        if first != place_of(self._node, *path):
            self._say(
                place_of(self._node, *path, "case"),
                "repeated-id",
                message("another case has this name, in line {line}", line=first.line),
            )
        if entry.in_force is (entry.verdict is None):
            words = (
                message("the key `verdict` is absent")
                if entry.in_force
                else message("what is not in force gives no `verdict`")
            )
            self._say(place_of(self._node, *path), "missing-key" if entry.in_force else "unknown-key", words)
        for part, names in (("statuses", entry.statuses or ()), ("decisive", entry.decisive or ())):
            for j, name in enumerate(names):
                if name not in self._criteria:
                    at = (
                        place_of_key(self._node, *path, part, name)
                        if part == "statuses"
                        else place_of(self._node, *path, part, j)
                    )
                    words = message("there is no criterion {id}", id=quoted(name))
                    self._say(at, "unknown-criterion", words, near_hint(name, self._criteria))
        if entry.basis is not None and entry.basis not in self._bases:
            words = message("there is no rule or override {id}", id=quoted(entry.basis))
            at = place_of(self._node, *path, "basis")
            self._say(at, "unknown-criterion", words, near_hint(entry.basis, self._bases))

    def _say(self, place: Place, code: str, words: Message, advice: Message | None = None) -> None:
        self._found.append(Diagnostic(place, code, words, advice))

    def _stated(self, path: tuple[str | int, ...], because: str) -> Stated:
        node = self._entries(path).get("evidence")
        if node is None or isinstance(node, Scalar):
            return {}
        node, former = with_present_ids(node, self._rulebook.vocabulary, self._found)
        self.former_names += former
        read = read_evidence(node, self._rulebook.vocabulary, self._found, with_attributes=True)
        return {name: _reasoned(evidence, because) for name, evidence in read.items()}

    def finish(self) -> None:
        """Raise what was found."""
        if self._found:
            raise Rejected(self._found)


def _reasoned(evidence: Evidence | MappingType[int, Evidence], because: str) -> Evidence | MappingType[int, Evidence]:
    """Evidence with a reason, where it gives none."""
    if isinstance(evidence, Evidence):
        return evidence._replace(provenance=_with_reason(evidence, because))
    if isinstance(evidence, EveryYear):
        of_all = evidence.evidence
        return EveryYear(of_all._replace(provenance=_with_reason(of_all, because)))
    return {year: part._replace(provenance=_with_reason(part, because)) for year, part in evidence.items()}


def _with_reason(evidence: Evidence, because: str) -> Provenance:
    provenance = evidence.provenance
    return provenance if provenance.because else provenance._replace(because=because)


class Collection(NamedTuple):
    """The rulebooks that paths name, each with its case files, and what was wrong with files."""

    rulebooks: tuple[Rulebook, ...]
    files: tuple[CaseFile, ...]
    rejected: tuple[Rejected, ...]

    def files_of(self, rulebook: Rulebook) -> list[CaseFile]:
        """The case files of one rulebook."""
        return [file for file in self.files if _named(file.rulebook) == _named(rulebook)]


def collect(paths: Iterable[Path]) -> Collection:
    """The cases that paths name: case files, rulebooks with the case files beside them, or folders of rulebooks."""
    rulebooks: dict[tuple[str, str], Rulebook] = {}
    files: dict[Path, CaseFile] = {}
    rejected: list[Rejected] = []
    for path in paths:
        named = {_named(rulebook): rulebook for rulebook in _rulebooks_in(path, rejected)}
        for file in case_files_beside(path):
            try:
                read = read_case_file(file)
            except Rejected as error:
                rejected.append(error)
                continue
            if path.is_dir() or path == file or _named(read.rulebook) in named:
                files[file] = read
                named.setdefault(_named(read.rulebook), read.rulebook)
        rulebooks = named | rulebooks
    ordered = sorted(rulebooks.values(), key=lambda r: (r.id, r.in_force_from))
    return Collection(tuple(ordered), tuple(files.values()), tuple(rejected))


def _named(rulebook: Rulebook) -> tuple[str, str]:
    return rulebook.id, rulebook.version


def case_files_beside(path: Path) -> list[Path]:
    """The case files that a path names: itself, those beside a rulebook, or those of a folder of rulebooks."""
    if path.is_dir():
        return case_files_of(path)
    return [path] if _is_case_file(path) else yaml_files(path.parent / FOLDER)


def _is_case_file(path: Path) -> bool:
    return path.is_file() and path.resolve().parent.name == FOLDER


def _rulebooks_in(path: Path, rejected: list[Rejected]) -> Iterator[Rulebook]:
    """The rulebooks that a path names by itself."""
    if _is_case_file(path):
        return
    library = Library.of_environment()
    for file in files_under(path):
        if file.name != VOCABULARY_FILE:
            try:
                yield library.from_file(file)
            except Rejected as error:
                rejected.append(error)
