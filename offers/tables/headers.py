"""What the columns of a table are: the header of each, in English or Danish, to the column of the table contract."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache
from typing import NamedTuple

from engine.diagnostics import Diagnostic, Place, Rejected, nearest, quoted
from engine.documents.document import read_one
from engine.documents.places import place_of, place_of_key
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.language import Text
from engine.rulebooks.rulebook import FactDeclaration, Vocabulary
from engine.texts.catalogue import Language, Message, message, message_of_number
from engine.values.unicode_forms import in_form
from offers.records.described import described_by
from offers.records.words import comparable_word
from offers.tables.limits import MAX_COLUMNS, MAX_TEXT, too_large

ID = "id"
IDS = (ID, "part_of")
"""The columns that hold ids of offers."""
ATTRIBUTE_HEADERS: Mapping[str, Text] = {
    ID: Text(da="id", en="id"),
    "name": Text(da="navn", en="name"),
    "part_of": Text(da="afdeling af", en="department of"),
    "operator_name": Text(da="driftsherre", en="operator"),
    "operator_kind": Text(da="type driftsherre", en="kind of operator"),
    "operator_code": Text(da="kommunekode", en="municipality code"),
    "agreement_name": Text(da="driftsoverenskomstpart", en="agreement party"),
    "agreement_kind": Text(da="driftsoverenskomst med", en="operating agreement with"),
    "agreement_code": Text(da="driftsoverenskomstpartens kode", en="agreement party's code"),
    "area": Text(da="område", en="area"),
    "target_group": Text(da="målgruppe", en="target group"),
    "service_type": Text(da="type tilbud", en="kind of service"),
    "services": Text(da="ydelser", en="services"),
}
_FORMER_HEADERS = {"operator_kind": "driftsherrens art", "service_type": "tilbuddets art"}
"""What tables of before have above some columns, which is still read."""
DETAILS: Mapping[str, Text] = {
    "source": Text(da="kilde", en="source"),
    "because": Text(da="begrundelse", en="because"),
    "reservation": Text(da="forbehold", en="reservation"),
    "by": Text(da="vurderet af", en="by"),
    "date": Text(da="dato", en="date"),
    "as_of": Text(da="opgjort", en="as of"),
    "stated_as": Text(da="angivet som", en="stated as"),
}
_MAX_COMPARED = 100
"""For so many headers that are not known a near one is looked for, which takes a while."""
_YEAR = r"[\s_]\(?([0-9]{4})\)?\Z"


HEADER_WITHIN = 10
"""The first of so many rows that has an `id` names the columns of a table that people made."""
SHEET = "Register"
"""The sheet of a workbook that holds the table."""


def header_of(fact: FactDeclaration, language: Language, year: int | None = None, detail: str | None = None) -> str:
    """The header of a fact's column, of one year of it, or of a detail, as people read it.

    >>> from engine.rulebooks.library import Library
    >>> fact = Library().rulebooks[0].vocabulary.facts["diagnoses"]
    >>> header_of(fact, "da", detail="source")
    'Diagnoser, kilde'
    """
    wording = Wording(language)
    words = f", {wording.text(DETAILS[detail])}" if detail else ""
    return wording.text(fact.label) + (f" {year}" if year else "") + words


class Column(NamedTuple):
    """One column: its header, its number from 1, and what it holds, by the name that the table contract has for it."""

    header: str
    number: int
    name: str
    fact: FactDeclaration | None = None
    year: int | None = None
    detail: str | None = None

    @property
    def holds_numbers(self) -> bool:
        """Whether a number belongs in its cells."""
        return self.fact is not None and self.fact.is_number and self.detail is None

    @property
    def former_id(self) -> str | None:
        """The id of before by which its header names the fact; None where it has the name of now."""
        if self.fact is None or not self.fact.former_ids:
            return None
        header = " ".join(self.header.split()).lower()
        names = [name for name in (self.fact.id, *self.fact.former_ids) if _begins_with(header, name.lower())]
        longest = max(names, key=len, default=self.fact.id)
        return None if longest == self.fact.id else longest

    @property
    def is_headed_in_danish(self) -> bool:
        """Whether its header is the Danish name of what it holds, and not the English one too."""
        header = " ".join(self.header.split()).lower()
        if header == _FORMER_HEADERS.get(self.name) or self._has_former_label(header):
            return True
        if self.fact is not None:
            danish, english = (header_of(self.fact, language, self.year, self.detail) for language in ("da", "en"))
        else:
            name = ATTRIBUTE_HEADERS.get(self.name, Text(da=self.name, en=self.name))
            danish, english = name.da, name.en
        return header == danish.lower() != english.lower()

    def _has_former_label(self, header: str) -> bool:
        """Whether a header, in lower case, begins with a Danish name that the fact had before."""
        labels = self.fact.former_labels if self.fact is not None else ()
        return any(header.startswith(label.da.lower()) for label in labels if label.da != label.en)


def _begins_with(header: str, name: str) -> bool:
    """Whether a header is a name, or has more behind it: a year or a detail."""
    return header.startswith(name) and header[len(name) : len(name) + 1] in ("", "_", " ", ",", ":")


def clashing_columns(vocabulary: Vocabulary, file: str) -> list[Diagnostic]:
    """The facts of a vocabulary, read from a file, which no table can state: their columns are those of something else.

    So are those whose label, or former id, is read as another fact.

    >>> from engine.rulebooks.library import Library
    >>> clashing_columns(Library().rulebooks[0].vocabulary, "vocabulary.yaml")
    []
    """
    clashes = {fact.id: _clash(fact, vocabulary) for fact in vocabulary.facts.values() if not fact.is_attribute}
    told = {name: words for name, words in clashes.items() if words is not None}
    like = list(_read_as_others(vocabulary))
    if not told and not like:
        return []
    node, advice = read_one(vocabulary.written_as, file), message("give the fact another id")
    found = [
        Diagnostic(place_of_key(node, "facts", name), "fact-declaration", words, advice) for name, words in told.items()
    ]
    return found + [
        Diagnostic(place_of(node, "facts", fact, *path), "fact-declaration", words, advice)
        for fact, path, words, advice in like
    ]


def _read_as_others(vocabulary: Vocabulary) -> Iterator[tuple[str, tuple[str | int, ...], Message, Message]]:
    """The labels and former ids of facts by which a table, or an offer file, would state another fact."""
    facts = [fact for fact in vocabulary.facts.values() if fact.word is None]
    named = {comparable_word(fact.id): fact.id for fact in facts}
    names: list[tuple[str, tuple[str | int, ...], str]] = []
    for fact in facts:
        names += [(fact.id, ("label", "da"), fact.label.da), (fact.id, ("label", "en"), fact.label.en)]
    for fact in facts:
        is_one = isinstance(fact.written.was, str)
        names += [(fact.id, ("was",) if is_one else ("was", i), name) for i, name in enumerate(fact.former_ids)]
    for fact_id, path, name in names:
        other = named.setdefault(comparable_word(name), fact_id)
        # Ids that differ by case alone are told by the backend that cannot tell them.
        if other != fact_id and comparable_word(name) != comparable_word(fact_id):
            words = message("{name} is read as the fact `{other}`", name=quoted(name), other=other)
            advice = message("give one of the two another label") if path[0] == "label" else message("leave it out")
            yield fact_id, path, words, advice


def _clash(fact: FactDeclaration, vocabulary: Vocabulary) -> Message | None:
    """What else a column with a fact's id says."""
    if fact.id in ATTRIBUTE_HEADERS:
        return message("`{column}` is a column of offers, so that no table can state the fact", column=fact.id)
    for other in vocabulary.facts.values():
        if fact.id.startswith(f"{other.id}_") and _states(other, fact.id.removeprefix(other.id)):
            return message(
                "`{column}` is a column of the fact `{fact}`, so that no table can state it",
                column=fact.id,
                fact=other.id,
            )
    return None


def _states(fact: FactDeclaration, ending: str) -> bool:
    """Whether a column that begins with the id of a fact states it, or a detail of it, by how the column ends."""
    if fact.is_yearly:
        year, ending = ending[1:5], ending[5:]
        if not (len(year) == len("2018") and year.isascii() and year.isdigit()):
            return False
    return ending in ("", *(f"_{detail}" for detail in DETAILS)) if fact.is_yearly else ending[1:] in DETAILS


class Headers:
    """Recognises the headers of tables for one vocabulary.

    >>> from engine.rulebooks.library import Library
    >>> headers = Headers(Library().rulebooks[0].vocabulary)
    >>> headers.name_of("Diagnoser"), headers.name_of("Andel pladser brugt af andre kommuner 2016")
    ('diagnoses', 'outside_share_2016')
    """

    def __init__(self, vocabulary: Vocabulary) -> None:
        self._columns = {name.lower(): Column("", 0, name) for name in ATTRIBUTE_HEADERS}
        self._yearly: dict[str, FactDeclaration] = {}
        facts = [fact for fact in vocabulary.facts.values() if described_by(fact) is None]
        # What an id says goes before what a label says, and a fact before what is said beside another.
        self._add([(fact, (fact.id.lower(),)) for fact in facts])
        for name, text in ATTRIBUTE_HEADERS.items():
            for label in _both(text):
                self._columns.setdefault(label, Column("", 0, name))
        self._add([(fact, _both(fact.label)) for fact in facts])
        self._add([(fact, _both(label)) for fact in facts for label in fact.former_labels])
        self._add([(fact, (former.lower(),)) for fact in facts for former in fact.former_ids])
        for name, label in _FORMER_HEADERS.items():
            self._columns.setdefault(label, Column("", 0, name))

    def _add(self, names_of: Sequence[tuple[FactDeclaration, Iterable[str]]]) -> None:
        for fact, names in names_of:
            for name in names:
                if fact.is_yearly:
                    self._yearly.setdefault(name, fact)
                else:
                    self._columns.setdefault(name, Column("", 0, fact.id, None if fact.is_attribute else fact))
        for fact, names in names_of:
            if fact.is_attribute or fact.is_yearly:
                continue
            details = [
                (Column("", 0, f"{fact.id}_{detail}", fact, None, detail), _endings(detail)) for detail in DETAILS
            ]
            for name in names:
                for column, endings in details:
                    for ending in endings:
                        self._columns.setdefault(name + ending, column)

    def name_of(self, header: str) -> str | None:
        """The contract's name of a column, or None where it has none."""
        column = self.column_of(header)
        return column.name if column else None

    def column_of(self, header: str) -> Column | None:
        """The column that a header names; None where it names none."""
        if len(header) > MAX_TEXT:
            return None
        # As macOS writes names, a letter and its ring are two signs.
        plain = in_form("NFC", " ".join(header.split())).lower()
        if plain in self._columns:
            return self._columns[plain]
        for detail, endings in (
            (None, ("",)),
            *((detail, _endings(detail)) for detail in DETAILS),
        ):
            for ending in endings:
                before = plain.removesuffix(ending)
                written = re.search(_YEAR, before) if plain.endswith(ending) else None
                fact = self._yearly.get(before[: written.start()].rstrip().rstrip(",:")) if written else None
                if written and fact:
                    name = f"{fact.id}_{written[1]}" + (f"_{detail}" if detail else "")
                    return Column("", 0, name, fact, int(written[1]), detail)
        return None

    def read(
        self,
        headers: Sequence[str],
        file: str,
        ignored: Iterable[str] = (),
        place_of: Callable[[int], Place] | None = None,
    ) -> list[Column]:
        """What each column holds, without those that are ignored (`*`: all that are not known).

        `place_of` gives the place of the header of a column by its number, where that is not in the first line.

        Raises:
            Rejected: a header is not known, too long, or two say the same, there is no `id`, or there are too many.
        """
        if len(headers) > MAX_COLUMNS:
            raise too_large(
                file,
                message_of_number(
                    "the table has more than {number} column", "the table has more than {number} columns", MAX_COLUMNS
                ),
            )
        ignored = set(ignored)
        diagnostics: list[Diagnostic] = []
        columns: dict[str, Column] = {}
        for number, header in enumerate(headers, start=1):
            column = self.column_of(header)
            if header in ignored or (column is None and ("*" in ignored or not header.strip())):
                continue
            place = place_of(number) if place_of else Place(file, 1, number)
            if len(header) > MAX_TEXT:
                diagnostics.append(_too_long(place))
            elif column is None:
                diagnostics.append(self._unknown(header, place, is_compared=len(diagnostics) < _MAX_COMPARED))
            elif column.name in columns:
                words = message(
                    "{header} and {other} are both `{name}`",
                    header=quoted(header),
                    other=quoted(columns[column.name].header),
                    name=column.name,
                )
                diagnostics.append(Diagnostic(place, "repeated-column", words, message("leave one of them out")))
            else:
                columns[column.name] = column._replace(header=header, number=number)
        if ID not in columns:
            advice = message("the first row names the columns, and one of them is `id`")
            place = place_of(1) if place_of else Place(file, 1, 1)
            diagnostics.append(Diagnostic(place, "missing-key", message("there is no column `id`"), advice))
        if diagnostics:
            raise Rejected(diagnostics)
        return list(columns.values())

    def _unknown(self, header: str, place: Place, *, is_compared: bool) -> Diagnostic:
        advice = message("leave it out of what is read with `--ignore-column`")
        if header.strip().lower() in self._yearly:
            advice = message(
                "it has a value for each year: did you mean `{header}_2016`? leave it out of what is read with "
                "`--ignore-column`",
                header=header.strip(),
            )
        elif is_compared and (near := nearest(header.lower(), self._known())):
            advice = message(
                "did you mean `{near}`? leave it out of what is read with `--ignore-column`",
                near=self._as_people_write(near),
            )
        return Diagnostic(
            place, "unknown-column", message("there is no fact or attribute {header}", header=quoted(header)), advice
        )

    def _as_people_write(self, name: str) -> str:
        """A name by which a column is found; of an id with the word for a detail in a language the header of that.

        >>> from engine.rulebooks.library import Library
        >>> headers = Headers(Library().rulebooks[0].vocabulary)
        >>> headers._as_people_write("diagnoses begrundelse"), headers._as_people_write("diagnoses_because")
        ('Diagnoser, begrundelse', 'diagnoses_because')
        """
        column = self._columns.get(name)
        if column is None or column.fact is None or column.detail is None or name == column.name.lower():
            return name
        ids = (column.fact.id, *column.fact.former_ids)
        is_mixed = any(name.startswith(f"{one.lower()}{sign}") for one in ids for sign in (" ", ",", ":"))
        danish, _ = _both(DETAILS[column.detail])
        return (
            header_of(column.fact, "da" if name.endswith(danish) else "en", None, column.detail) if is_mixed else name
        )

    def _known(self) -> Iterator[str]:
        yield from self._columns
        for name in self._yearly:
            yield f"{name}_2016"


def _too_long(place: Place) -> Diagnostic:
    words = message_of_number(
        "the header has more than {number} character", "the header has more than {number} characters", MAX_TEXT
    )
    return Diagnostic(place, "too-large", words, message("is it no header, or is a quote not closed?"))


@cache
def _endings(detail: str) -> tuple[str, ...]:
    """How the header of a detail ends, after what it is a detail of."""
    return (f"_{detail}", *(f"{sign}{label}" for label in _both(DETAILS[detail]) for sign in (", ", ": ", " ")))


def _both(text: Text) -> tuple[str, str]:
    return text.da.lower(), text.en.lower()


def stated_in(column: str, vocabulary: Vocabulary) -> tuple[FactDeclaration, int | None] | None:
    """The fact that a column of the table contract states, and of which year; None where it states none.

    >>> from engine.rulebooks.library import Library
    >>> fact, year = stated_in("outside_share_2016", Library().rulebooks[0].vocabulary)
    >>> fact.id, year
    ('outside_share', 2016)
    """
    fact, (stem, _, year) = vocabulary.facts.get(column), column.rpartition("_")
    if fact is not None and not fact.is_yearly:
        return fact, None
    yearly = vocabulary.facts.get(stem)
    return (yearly, int(year)) if yearly is not None and yearly.is_yearly and year.isdigit() else None


def columns_of(facts: Iterable[FactDeclaration], year: int) -> list[str]:
    """The columns of a table that state facts, or what they are derived from, for an agreement year."""
    columns: list[str] = []
    for fact in facts:
        columns.append(described_by(fact) or fact.id)
        for name, offset in fact.sources:
            columns.append(name if offset is None else f"{name}_{year + offset}")
        if fact.id == "agreement_kind":
            columns.append("operator_kind")
    return list(dict.fromkeys(columns))
