"""The parties of an offer by their cells, each with one word or several: the first of each cell are one party."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import NamedTuple

from engine.diagnostics import quoted
from engine.texts.catalogue import Message, message
from offers.records.authorities import is_authority
from offers.tables.cells import WHITESPACE
from offers.tables.table import SEVERAL

_OPERATOR = "operator"
_NAME, _KIND, _CODE = "name", "kind", "code"
_ONE = message("write the one party that the agreement is with")


class WrittenParty(NamedTuple):
    """A party as its cells have it; what they do not say is empty."""

    name: str
    kind: str
    code: str


class CellFault(NamedTuple):
    """What is wrong with the cell of a column, and what would be right."""

    column: str
    words: Message
    advice: Message


def parties_written(
    cells: Mapping[str, str], party: str, answer: Callable[[str], str]
) -> tuple[list[WrittenParty], list[CellFault]]:
    """The parties in the cells of a row, and the cells that tell fewer or more of them than they should.

    One kind holds for all where all are municipalities, or all regions, by their names or codes. Of an agreement there
    is one other party. The kinds are those that are written, whatever is wrong.

    >>> cells = {"operator_name": "Ishøj | Herlev", "operator_kind": "kommune"}
    >>> parties, _ = parties_written(cells, "operator", {"kommune": "municipality"}.__getitem__)
    >>> [(one.name, one.kind) for one in parties]
    [('Ishøj', 'municipality'), ('Herlev', 'municipality')]
    """
    words = {part: _words(cells.get(f"{party}_{part}", "")) for part in (_NAME, _KIND, _CODE)}
    number = max(map(_number_told, words.values()))
    kinds = [answer(word) for word in words[_KIND]]
    names, codes = words[_NAME], words[_CODE]
    if (
        party == _OPERATOR
        and len(kinds) == 1
        and all(_is_surely(kinds[0], _at(names, i), _at(codes, i)) for i in range(number))
    ):
        words[_KIND], kinds = words[_KIND] * number, kinds * number
    parties = [WrittenParty(_at(names, i), kind, _at(codes, i)) for i, kind in enumerate(kinds)]
    return parties, list(_faults(cells, party, words, number))


def _faults(
    cells: Mapping[str, str], party: str, words: Mapping[str, Sequence[str]], number: int
) -> Iterator[CellFault]:
    for part, told in words.items():
        column = f"{party}_{part}"
        if party != _OPERATOR:
            if _number_told(told) > 1:
                several = message("{cell} where one party belongs", cell=quoted(cells[column]))
                yield CellFault(column, several, _ONE)
        elif any(told) and len(told) < number:
            few = message(
                "{cell} tells {few} of {number} operators", cell=quoted(cells[column]), few=len(told), number=number
            )
            yield CellFault(column, few, _one_for_each(part, told, number))


def _one_for_each(part: str, told: Sequence[str], number: int) -> Message:
    if part == _KIND:
        example = f" {SEVERAL} ".join([*told, *[told[-1]] * (number - len(told))])
        return message(
            "write one for each operator, in the order of their names, such as `{example}`",
            example=example,
        )
    example = f" {SEVERAL} ".join([*told, *[""] * (number - len(told))]).rstrip()
    if part == _CODE:
        return message(
            "write one for each operator, in the order of their names; one that has none is left empty: `{example}`",
            example=example,
        )
    return message("write one for each operator, separated by `{sign}`", sign=SEVERAL)


def _words(cell: str) -> list[str]:
    return [word.strip(WHITESPACE) for word in cell.split(SEVERAL)]


def _number_told(words: Sequence[str]) -> int:
    """How many parties are told: empty words at the end tell none."""
    return max((number for number, word in enumerate(words, 1) if word), default=0)


def _is_surely(kind: str, name: str, code: str) -> bool:
    return bool(name or code) and is_authority(kind, name, code)


def _at(words: Sequence[str], number: int) -> str:
    return words[number] if number < len(words) else ""
