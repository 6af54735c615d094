"""Cases as text: suggested ones are added to a case file for their author to judge."""

from __future__ import annotations

import textwrap
from collections.abc import Iterable, Iterator, Sequence
from fractions import Fraction
from pathlib import Path

from engine.authoring.cases.case import CaseResult, Outcome
from engine.authoring.cases.goals import goal_words
from engine.authoring.cases.suggestions import Suggestion
from engine.authoring.proofs.witness import Values
from engine.documents.document import Mapping, decode, read_file, read_one
from engine.documents.file_writer import rewrite_text
from engine.evaluation.program import Program
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import Rulebook
from engine.values.numbers import decimal_text
from offers.cases.case_file import FOLDER, CaseFile

WIDTH = 118


def case_file_for(rulebook: Rulebook, files: Sequence[CaseFile]) -> Path:
    """The file that takes new cases of a rulebook: its first one, or a new one beside it."""
    if files:
        return files[0].path
    path = Path(rulebook.file)
    return path.parent / FOLDER / path.name


def with_cases(text: str | None, rulebook: Rulebook, blocks: Iterable[str], wording: Wording) -> str:
    """The text of a case file with cases added at the end of its list; of a new one where there is none."""
    added = "\n".join(blocks)
    if text is None:
        return f"{_head(rulebook, wording)}{added}"
    node = read_one(text.encode(), "")
    assert isinstance(node, Mapping)
    lines = text.splitlines()
    at = node.key_places["cases"].line
    following = [place.line for place in node.key_places.values() if place.line > at]
    end = min(following) - 1 if following else len(lines)
    kept = "\n".join(lines[:end]).rstrip()
    if kept.endswith("[]"):
        kept = kept[:-2].rstrip()
    rest = "\n".join(lines[end:])
    return f"{kept}\n\n{added}" + (f"\n{rest}\n" if rest else "")


def _head(rulebook: Rulebook, wording: Wording) -> str:
    title = wording.text(rulebook.title)
    what = wording.gettext("Cases of the rulebook “{title}”.", title=title)
    return f"# {what}\nformat: sekskant/cases/1\nrulebook: {rulebook.name}\ncases:\n"


def case_blocks(
    suggestions: Iterable[Suggestion], taken: Iterable[str], year: int, program: Program, wording: Wording
) -> list[str]:
    """Suggested cases as YAML, each with a name of its own; the agreement year stands where it is another one."""
    names, blocks = set(taken), []
    for suggestion in suggestions:
        goal = goal_words(suggestion.goals[0], program, wording)
        tries = (goal if n == 1 else f"{goal} ({n})" for n in range(1, len(names) + 2))
        name = next(name for name in tries if name not in names)
        names.add(name)
        blocks.append("\n".join(f"  {line}" for line in _case_lines(suggestion, name, year)) + "\n")
    return blocks


def _case_lines(suggestion: Suggestion, name: str, year: int) -> Iterator[str]:
    result = suggestion.result._replace(case=suggestion.result.case._replace(name=name))
    return case_lines(result, evidence_text(suggestion.values), year)


def case_lines(result: CaseResult, evidence: str, year: int | None = None) -> Iterator[str]:
    """A case that expects what was decided, on some evidence, for its author to judge.

    Its agreement year is said where it is another than that of the file.
    """
    case, trace = result.case, result.trace
    yield f"- case: {_quoted(case.name)}"
    yield "  to_judge: true"
    if case.year != year:
        yield f"  year: {case.year}"
    if trace is None:
        yield "  in_force: false"
        return
    yield from _wrapped(f"evidence: {evidence}")
    yield f"  verdict: {trace.verdict.value}"
    yield f"  basis: {trace.basis or 'null'}"
    if case.statuses:
        decided = Outcome.of(trace).statuses
        yield from _wrapped(f"statuses: {{{', '.join(f'{name}: {decided[name]}' for name in case.statuses)}}}")


def _wrapped(text: str) -> list[str]:
    return textwrap.wrap(text, WIDTH, initial_indent="  ", subsequent_indent="    ", break_long_words=False)


def evidence_text(values: Values) -> str:
    """Values as evidence on one line.

    >>> evidence_text({"visits": Fraction(3), "home": "other"})
    '{visits: 3, home: other}'
    """
    return f"{{{', '.join(f'{name}: {value_text(value)}' for name, value in values.items())}}}"


def value_text(value: Fraction | str) -> str:
    """A value as offer and case files write it."""
    return decimal_text(value) if isinstance(value, Fraction) else value


def _quoted(text: str) -> str:
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def add_cases(path: Path, rulebook: Rulebook, blocks: Sequence[str], wording: Wording) -> None:
    """Write cases into a case file; a new one where there is none.

    Raises:
        Rejected: the file cannot be read or written.
    """
    before = decode(read_file(path), str(path)).replace("\r\n", "\n") if path.exists() else None
    rewrite_text(path, with_cases(before, rulebook, blocks, wording))
