"""How evidence is written: in an offer file, or in a cell of a table. A hint says what can be written where it points.

What a hint proposes is read before it is proposed, so that nobody is told to write what is refused.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Literal, NamedTuple

from engine.rulebooks.rulebook import FactDeclaration, Vocabulary
from engine.texts.catalogue import Language, Message, message
from engine.values.comparison import ONE_SIDED
from offers.records.offer_file import BOUND_KEYS, danish_names

BOUND_SIGNS = {comparison.symbol: comparison.value for comparison in ONE_SIDED}
LONGEST = 1_000
"""No number, bound or range is longer; what is, is not looked at for one, which takes longer than it is long."""
Written = Mapping[str, tuple[str, ...]]
"""What evidence says: under `answer`, `between` or the word of a bound its numbers, with a decimal point."""
_SIGN_OF = {word: sign for sign, word in BOUND_SIGNS.items()}
_WORDS = {
    "at_most": ("≤", "=<", "højst", "max", "maks", "maksimalt", "maksimum", "maximum", "op til", "at most", "up to"),
    "at_least": ("≥", "=>", "mindst", "min", "minimum", "at least"),
    "below": ("under", "mindre end", "færre end", "below", "less than", "fewer than"),
    "above": ("over", "mere end", "flere end", "above", "more than"),
}
_BOUND_WORDS = {**BOUND_SIGNS, **{written: word for word, several in _WORDS.items() for written in several}}
_NUMBER = r"[0-9]+(?:\.[0-9]+)?"
_END = rf"[0-9]+/0*[1-9][0-9]*|{_NUMBER}"
_BOUND = rf"([^\d\s.-][^\d.-]*?\.?) ?({_END})"
_BOUNDS = rf"{_BOUND}(?: *(?:,|;|&|and|og)? *{_BOUND})?\Z"
_RANGE = rf"({_END}) ?(?:-|–|—|\.\.|til|to) ?({_END})\Z"
_EXACTLY = rf"=? ?(-?{_NUMBER})\Z"
_PLAIN_KEY = r"[^\W\d_](?:[\w ./()%§-]*[\w.)%])?\Z"
_DECIMAL_COMMA = r"(?<=[0-9]),(?=[0-9])"


class Notation(NamedTuple):
    """How an input writes evidence: an offer file, or cells with a decimal sign; with Danish keys or headers, or not.

    Words are proposed as the input has them: a table with a decimal comma, or a Danish header, is a Danish one, and so
    is an offer file with a Danish key. `proposed` is the decimal sign of what is proposed in cells, where it is another
    one: a workbook of numbers alone does not tell which sign its texts have, and in a Danish one people write a comma.

    >>> [Notation(sign).written({"at_most": ("0.5",)}) for sign in (None, ".", ",")]
    ['{at_most: 0.5}', '<=0.5', '<=0,5']
    >>> DANISH_FILE.written({"at_most": ("0.5",)})
    '{højst: 0.5}'
    """

    sign: Literal[".", ","] | None = None
    has_danish_names: bool = False
    proposed: Literal[".", ","] | None = None

    @property
    def is_danish(self) -> bool:
        """Whether the words of the input are Danish."""
        return self.sign == "," or self.has_danish_names

    @property
    def names(self) -> Mapping[str, str]:
        """The Danish names of keys and of their words, in an offer file that has Danish ones."""
        return danish_names() if self.sign is None and self.has_danish_names else {}

    def key(self, name: str) -> str:
        """A key of an offer file, as the file has it.

        >>> DANISH_FILE.key("because"), OFFER_FILE.key("because")
        ('begrundelse', 'because')
        """
        return self.names.get(name, name)

    def name_of(self, fact: FactDeclaration) -> str:
        """What a fact is called: in an offer file with Danish keys by its label, else by its id."""
        return fact.label.da if self.sign is None and self.has_danish_names else fact.id

    def written_name_of(self, fact: FactDeclaration, vocabulary: Vocabulary) -> str:
        """The same, to be written; by its id, where its label is read as another fact."""
        from offers.records.words import comparable_word, names_of_facts  # noqa: PLC0415 - only who writes needs it

        name = self.name_of(fact)
        return name if names_of_facts(vocabulary.facts.values())[comparable_word(name)].id == fact.id else fact.id

    @property
    def unknown(self) -> str:
        """The word for what is not known."""
        return "ukendt" if self.is_danish else "unknown"

    def answers_of(self, fact: FactDeclaration) -> dict[str, str]:
        """The word for each answer: in a Danish input its Danish name, else its id.

        >>> from engine.rulebooks.library import Library
        >>> fact = Library().rulebooks[0].vocabulary.facts["large_catchment_needed"]
        >>> Notation(",").answers_of(fact), OFFER_FILE.answers_of(fact)
        ({'yes': 'ja', 'no': 'nej'}, {'yes': 'yes', 'no': 'no'})
        """
        return {answer: label.da.lower() if self.is_danish else answer for answer, label in fact.answers.items()}

    def written(self, evidence: Written) -> str:
        """What evidence says, as the input writes it."""
        if (answer := evidence.get("answer")) is not None:
            return self.number(answer[0])
        if self.sign is None:
            names = self.names
            keyed = [(names.get(w, w), f"[{', '.join(n)}]" if w == "between" else n[0]) for w, n in evidence.items()]
            ends = (f"{name}: {number}" for name, number in keyed)
            return f"{{{', '.join(ends)}}}"
        if (between := evidence.get("between")) is not None:
            return "..".join(map(self.number, between))
        return " ".join(f"{_SIGN_OF[word]}{self.number(number)}" for word, (number,) in evidence.items())

    def number(self, number: str) -> str:
        """A number that is written with a decimal point."""
        return number if self.sign is None else number.replace(".", self.proposed or self.sign)

    @property
    def bounds(self) -> Message:
        """Which bounds go together."""
        if self.sign is None:
            return message(
                "at most one of `{at_least}`, `{above}` and one of `{at_most}`, `{below}`; or `{between}: [a, b]`",
                **{name: self.key(name) for name in BOUND_KEYS},
            )
        return message("at most one of `>=`, `>` and one of `<=`, `<`; or `a..b`")


OFFER_FILE, DANISH_FILE = Notation(), Notation(has_danish_names=True)


def notation_in(language: Language) -> Notation:
    """The notation of an offer file that is written in a language."""
    return DANISH_FILE if language == "da" else OFFER_FILE


def as_key(name: str) -> str:
    """A name as a key of YAML, in quotes where it needs them.

    >>> as_key("Tilfælde pr. 10.000 indbyggere"), as_key("Andel: i alt")
    ('Tilfælde pr. 10.000 indbyggere', '"Andel: i alt"')
    """
    return name if re.match(_PLAIN_KEY, name) else in_quotes(name)


def in_quotes(text: str) -> str:
    """A text as YAML has it in quotes."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def meant_by(text: str) -> Written | None:
    """What a number or bound may say that is written in another way; None where that cannot be told.

    The ends of a bound or range may be so many of so many.

    >>> meant_by("0,5"), meant_by("≤ 0,5"), meant_by("mindst 3"), meant_by("2-3"), meant_by("many")
    ({'answer': ('0.5',)}, {'at_most': ('0.5',)}, {'at_least': ('3',)}, {'between': ('2', '3')}, None)
    """
    plain = re.sub(_DECIMAL_COMMA, ".", text.strip())
    if exactly := re.match(_EXACTLY, plain):
        return {"answer": (exactly[1],)}
    if between := re.match(_RANGE, plain):
        return {"between": (between[1], between[2])}
    if bounds := re.match(_BOUNDS, plain):
        written = [(bounds[at].strip().casefold(), bounds[at + 1]) for at in (1, 3) if bounds[at]]
        words = [_BOUND_WORDS.get(word.removesuffix(".")) for word, _ in written]
        if None not in words and len(set(words)) == len(words):
            return {str(word): (number,) for word, (_, number) in zip(words, written, strict=True)}
    return None
