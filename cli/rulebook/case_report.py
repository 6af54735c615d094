"""What the cases of rulebooks came to: for people, for scripts, and as JUnit XML."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from cli.common.json_output import json_text
from cli.common.screen import Piece, Screen
from engine.authoring.cases.case import CaseResult, Difference
from engine.authoring.cases.coverage import Example, Meaning
from engine.authoring.cases.goals import Goal, goal_words
from engine.authoring.cases.mutation import Mutant
from engine.diagnostics import Place
from engine.documents.file_writer import replacing
from engine.documents.places import place_of
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import Rulebook, Verdict
from engine.texts.catalogue import Language, Message, message, message_of_number
from engine.values.logic import Status
from offers.cases.case_writer import evidence_text, value_text
from offers.cases.taken_over import TakenOver


class Tested(NamedTuple):
    """One rulebook, the results of its cases, what they show, and whether the changes to it are to be told.

    `taken_over` are the cases of the version that it is based on.
    """

    rulebook: Rulebook
    results: tuple[CaseResult, ...]
    meaning: Meaning
    reached: frozenset[Goal]
    is_mutated: bool
    taken_over: tuple[TakenOver, ...] = ()

    @property
    def turned(self) -> list[TakenOver]:
        """The cases of the version before whose expectation turned: to be judged."""
        return [taken for taken in self.taken_over if taken.is_to_judge]

    @property
    def missing(self) -> list[Goal]:
        """What no case shows."""
        return [goal for goal in self.meaning.goals if goal not in self.reached]

    @property
    def mutants(self) -> list[Mutant]:
        """The changes to the rulebook that cases should notice: those among the goals."""
        return [goal for goal in self.meaning.goals if isinstance(goal, Mutant)]

    @property
    def unnoticed(self) -> list[Mutant]:
        """The changes that no case notices."""
        return [mutant for mutant in self.mutants if mutant not in self.reached]

    @property
    def per_cent(self) -> int:
        """The coverage, rounded down: 100 only where nothing is missing."""
        return 100 * len(self.reached) // max(len(self.meaning.goals), 1)

    @property
    def name(self) -> str:
        """The rulebook by id and version."""
        return f"{self.rulebook.id}@{self.rulebook.version}"

    def words(self, goal: Goal, wording: Wording) -> str:
        """A goal in words."""
        return goal_words(goal, self.meaning.program, wording)


def table_text(tested: Sequence[Tested], language: Language, *, listed: bool) -> str:
    """What people read: failed cases, coverage, and where asked for what is missing."""
    report = _Report(Wording(language), listed)
    for one in tested:
        report.rulebook(one)
    if not tested:
        report.screen.line(Piece(report.gettext("There are no rulebooks.")))
    return report.screen.taken()


_FAILED = Piece("✗ ", "not_met")


class _Report:
    def __init__(self, wording: Wording, listed: bool) -> None:
        self._wording, self._listed = wording, listed
        self.screen, self.gettext = Screen(), wording.gettext

    def rulebook(self, tested: Tested) -> None:
        """The results of one rulebook."""
        self.screen.rule(f"{self._wording.text(tested.rulebook.title)}  {tested.name}")
        failed = [result for result in tested.results if not result.passed]
        for result in failed:
            self._failed(result, tested.rulebook)
        if tested.results or not tested.taken_over:
            self._counts(tested, len(failed))
        if tested.taken_over:
            self._taken_over(tested)
        self._coverage(tested)
        if tested.is_mutated:
            self._mutants(tested)

    def _taken_over(self, tested: Tested) -> None:
        """How the cases of the version before come out: those that turned are listed for their author to judge."""
        assert tested.rulebook.former is not None
        words = told_again(len(tested.taken_over), tested.rulebook.former.version, len(tested.turned))
        self.screen.line(Piece(self._wording.render(words), "unknown" if tested.turned else "met"))
        for taken in tested.turned:
            self._failed(taken.result, tested.rulebook, Piece("? ", "unknown"))

    def _failed(self, result: CaseResult, rulebook: Rulebook, mark: Piece = _FAILED) -> None:
        place = result.case.place
        self.screen.line(mark, Piece(result.case.name, "bold"), Piece(f"  {place.file}:{place.line}", "dim"))
        for difference in result.differences:
            self.screen.paragraph(self._difference(difference, rulebook), indent=4)
        for diagnostic in result.rejected:
            self.screen.paragraph(f"{diagnostic.code}: {self._wording.render(diagnostic.words)}", indent=4)

    def _difference(self, difference: Difference, rulebook: Rulebook) -> str:
        said = self._said(difference, rulebook)
        return self.gettext("{what}: expected {expected}, decided {decided}", **said._asdict())

    def _said(self, difference: Difference, rulebook: Rulebook) -> Difference:
        """A difference as case files write it, which is in English; with its words for readers of Danish."""
        if self._wording.language == "en":
            return difference
        words = {status.reported: self._wording.status(status) for status in Status}
        if difference.what == "verdict":
            words = {v.value: self._wording.text(rulebook.outcomes[v].label) for v in Verdict}
        sides = (difference.expected, difference.decided)
        expected, decided = (f"{code} ({words[code]})" if code in words else code for code in sides)
        return Difference(difference.what, expected, decided)

    def _counts(self, tested: Tested, failed: int) -> None:
        if not tested.results:
            self.screen.line(Piece(self.gettext("No cases."), "unknown"))
            return
        waiting = sum(result.case.to_judge for result in tested.results)
        words = [self._wording.ngettext("{number} case", "{number} cases", len(tested.results))]
        words.append(
            self._wording.ngettext("{number} failed", "{number} failed", failed)
            if failed
            else self.gettext("all as expected")
        )
        if waiting:
            words.append(self.gettext("{waiting} to be judged", waiting=waiting))
        self.screen.line(Piece(", ".join(words), "not_met" if failed else "met"))

    def _coverage(self, tested: Tested) -> None:
        words = self.gettext(
            "Coverage of meaning: {per_cent}% ({reached} of {goals})",
            per_cent=tested.per_cent,
            reached=len(tested.reached),
            goals=len(tested.meaning.goals),
        )
        self.screen.line(Piece(words, "" if tested.missing else "met"))
        for goal in tested.missing if self._listed else ():
            self.screen.paragraph(tested.words(goal, self._wording), bullet="• ")

    def _mutants(self, tested: Tested) -> None:
        total, unnoticed = len(tested.mutants), survivors(tested)
        noticed = total - len(unnoticed)
        words = self.gettext("Changes that a case notices: {noticed} of {total}", noticed=noticed, total=total)
        self.screen.line(Piece(words, "not_met" if unnoticed else "met"))
        for survivor in unnoticed:
            self.screen.paragraph(self._survivor(survivor), bullet="• ")
            self.screen.paragraph(self._example(survivor.example, tested.rulebook), indent=4)

    def _survivor(self, survivor: Survivor) -> str:
        return f"{survivor.place.file}:{survivor.place.line}: {survivor.words(self._wording)}"

    def _example(self, example: Example, rulebook: Rulebook) -> str:
        """An offer that would notice a change, and how: `{seats: 20}: verdict met becomes not_met`."""
        offer = evidence_text(example.values) if example.values else f"{self.gettext('year')} {example.year}"
        becomes = message("{what} {expected} becomes {decided}")
        said = (self._said(difference, rulebook) for difference in example.differences)
        changed = ", ".join(self._wording.render(becomes, **one._asdict()) for one in said)
        return f"{offer}: {changed}"


def told_again(decided: int, version: str, turned: int) -> Message:
    """How many cases of the version before were decided again, and how many of them are to be judged."""
    again = message_of_number(
        "{number} case of {version} decided again",
        "{number} cases of {version} decided again",
        decided,
        version=version,
    )
    waiting = message("{waiting} to be judged", waiting=turned) if turned else message("all as expected")
    return message("{cases}, {outcome}", cases=again, outcome=waiting)


class Survivor(NamedTuple):
    """A change that no case notices, where it is made, and an offer that would notice."""

    mutant: Mutant
    place: Place
    example: Example

    def words(self, wording: Wording) -> str:
        """What is changed, by its path in the file, and how."""
        return f"{'.'.join(map(str, self.mutant.path))}: {wording.text(self.mutant.change)}"


def survivors(tested: Tested) -> list[Survivor]:
    """The changes that no case notices."""
    if not tested.unnoticed:
        return []
    written = tested.rulebook.written
    return [
        Survivor(mutant, place_of(written, *mutant.path), tested.meaning.example(mutant)) for mutant in tested.unnoticed
    ]


def cases_json(tested: Sequence[Tested], language: Language, *, listed: bool) -> str:
    """What scripts read."""
    return json_text([_record(one, Wording(language)) for one in tested])


def _record(tested: Tested, wording: Wording) -> dict[str, Any]:
    record: dict[str, Any] = {
        "rulebook": tested.rulebook.id,
        "version": tested.rulebook.version,
        "cases": [_case(result) for result in tested.results],
        "coverage": {
            "goals": len(tested.meaning.goals),
            "reached": len(tested.reached),
            "per_cent": tested.per_cent,
            "missing": [tested.words(goal, wording) for goal in tested.missing],
        },
    }
    if tested.taken_over:
        record["taken_over"] = [_case(taken.result) | {"to_judge": taken.is_to_judge} for taken in tested.taken_over]
    if tested.is_mutated:
        unnoticed = [_survivor(survivor, wording) for survivor in survivors(tested)]
        record["mutation"] = {"mutants": len(tested.mutants), "unnoticed": unnoticed}
    return record


def _survivor(survivor: Survivor, wording: Wording) -> dict[str, Any]:
    example = survivor.example
    return {
        "change": survivor.words(wording),
        "file": survivor.place.file,
        "line": survivor.place.line,
        "noticed_by": {
            "year": example.year,
            "evidence": {name: value_text(value) for name, value in example.values.items()},
            "differences": [difference._asdict() for difference in example.differences],
        },
    }


def _case(result: CaseResult) -> dict[str, Any]:
    return {
        "case": result.case.name,
        "file": result.case.place.file,
        "line": result.case.place.line,
        "passed": result.passed,
        "to_judge": result.case.to_judge,
        "differences": [difference._asdict() for difference in result.differences],
        "rejected": [str(diagnostic) for diagnostic in result.rejected],
    }


def write_junit(tested: Sequence[Tested], path: Path) -> None:
    """The results as JUnit XML: a suite for each rulebook; a case still to be judged is skipped."""
    from junitparser import Failure, JUnitXml, Skipped, TestCase, TestSuite  # noqa: PLC0415 - only where asked for

    report = JUnitXml("sekskant")
    for one in tested:
        suite = TestSuite(one.name)
        for result in (*one.results, *(taken.result for taken in one.taken_over)):
            case = TestCase(result.case.name, classname=one.name)
            if any(result is taken.result for taken in one.turned):
                case.result = [Skipped("to be judged")]
            elif not result.passed:
                failure = Failure("; ".join(_messages(result)))
                failure.text = f"{result.case.place}"
                case.result = [failure]
            elif result.case.to_judge:
                case.result = [Skipped("to be judged")]
            suite.add_testcase(case)
        suite.update_statistics()  # type: ignore[no-untyped-call]
        report.add_testsuite(suite)
    # Of all suites together the schema counts what failed, and not what was skipped.
    report.tests, report.failures, report.errors = (
        sum(getattr(suite, counted) for suite in report) for counted in ("tests", "failures", "errors")
    )
    with replacing(path) as stream:
        report.write(stream, pretty=True)


def _messages(result: CaseResult) -> Iterator[str]:
    yield from (f"{d.what}: expected {d.expected}, decided {d.decided}" for d in result.differences)
    yield from (f"{d.code}: {d.message}" for d in result.rejected)
