"""What people write in place of a number, a bound or an answer, and what each may mean: for hints, never for evidence.

All that a writing may mean is told: where that is more than one thing, the hint asks, and nothing is chosen.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Iterable, Iterator
from datetime import date
from fractions import Fraction

from engine.rulebooks.rulebook import NO, YES
from engine.values.numbers import decimal_text
from offers.records.notation import Written, meant_by

QUOTES = "\"'`´“”„‟‘’‚‛«»‹›"
DASHES = "-‐‑‒–—―−"
NOT_KNOWN = frozenset(
    (
        *("ikke oplyst", "uoplyst", "ved ikke", "vides ikke", "ikke kendt", "kendes ikke", "ingen oplysning"),
        *("ingen oplysninger", "mangler", "?", "n/a", "i/o", "i.o.", "u/o", "not known", "not stated"),
        *("don't know", "do not know", "no information", "missing", "n.a.", "null", "none given"),
    )
)
"""What says that something is not known, or not stated, in lower case."""
NEAR_ANSWERS = {
    **dict.fromkeys(("sandt", "sand", "j", "y", "jo", "true"), YES),
    **dict.fromkeys(("falskt", "falsk", "usandt", "usand", "n", "false"), NO),
}
"""Words that can stand for one answer of a judgement alone, in lower case."""
_ABOUT = re.compile(
    r"(?<!\w)(?:ca\.?|cirka|circa|omkring|omtrent|knap|godt|about|around|approx\.?|~|≈)\s*(?=[\d.,½])", re.IGNORECASE
)
_PER_CENT = re.compile(r"\s*(?:%|pct\.?(?!\w)|procent(?!\w)|per ?cent(?!\w))", re.IGNORECASE)
_HUNDREDTHS = r"[0-9]+(?:[.,][0-9]+|/0*[1-9][0-9]*)?"
_LOW_OF_PER_CENT = re.compile(rf"({_HUNDREDTHS})(?= ?(?:-|–|—|\.\.|til|to|og|and) ?{_HUNDREDTHS} ?%)")
_OF_PER_CENT = re.compile(rf"({_HUNDREDTHS}) ?%")
_OR_MORE = re.compile(
    r"(\S+?)\s*(?:\+|eller (?:flere|mere|derover)|og (?:derover|opefter)|or more|and more)\Z", re.IGNORECASE
)
_OR_LESS = re.compile(r"(\S+?)\s*(?:eller (?:færre|mindre|derunder)|og derunder|or (?:fewer|less))\Z", re.IGNORECASE)
_NOT_MORE = re.compile(
    r"(?:ikke (?:over|mere end|flere end)|(?:not|no) (?:more than|over|above)) (?=[\d.,])", re.IGNORECASE
)
_NOT_LESS = re.compile(
    r"(?:ikke (?:under|mindre end|færre end)|(?:not|no) (?:less than|fewer than|under|below)) (?=[\d.,])", re.IGNORECASE
)
_OUT_OF = re.compile(r"(?<=\d)(?: ?/ ?| (?:ud af|out of|af|of) )(?=\d)", re.IGNORECASE)
_BETWEEN = re.compile(r"(?:mellem|between|fra|from) (\S+(?: ?%)?) (?:og|and|til|to) (\S.*)\Z", re.IGNORECASE)
_GROUPED = re.compile(r"(?<!\d)(?<!(?<!\.)[.,])([1-9][0-9]{0,2}(?:([.,])[0-9]{3})(?:\2[0-9]{3})*)(?!\d|,|\.(?!\.))")
"""A number with signs between its thousands; two points beside it are those of a range."""
_SPACED = re.compile(r"(?<=\d)[ \u00a0\u202f'’](?=\d{3}(?!\d))")
_BARE_POINT = re.compile(r"(?<![\d.,])[.,](?=\d)")
_WITH_PART = re.compile("(?:([0-9]{1,9}) ?)?([¼½¾⅐-⅞])")
_FRACTION = re.compile(r"[0-9]+/[0-9]+\Z")
_DECIMALS = 4
"""So many decimals has the end of a range that has none of its own."""
_ISO_DAY = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:[ T]00:00(?::00)?)?\Z")
_DAY = re.compile(r"([0-9]{1,2})([-/.])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})\Z")
_NAMED_DAY = re.compile(r"([0-9]{1,2})(?:\. ?|-| )([a-z]{3})[a-z]*\.?(?:[- ](?:[0-9]{4}|[0-9]{2}))?\Z")
_MONTHS = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_ENGLISH_MONTHS = {"may": "maj", "oct": "okt"}


def unquoted(text: str) -> str:
    """A text without the quotes around it, straight or curly.

    >>> unquoted("“0,5”"), unquoted("»ja«"), unquoted("’2")
    ('0,5', 'ja', '2')
    """
    return text.strip().strip(QUOTES).strip()


def is_not_known(text: str) -> bool:
    """Whether a text says that something is not known.

    >>> is_not_known("Ved ikke"), is_not_known("-")
    (True, False)
    """
    return unquoted(text).casefold() in NOT_KNOWN


def is_dash(text: str) -> bool:
    """Whether a dash stands alone, which may say that there is none, or that nobody knows.

    >>> is_dash(" – "), is_dash("-1")
    (True, False)
    """
    return bool(text.strip()) and not text.strip().strip(DASHES)


def is_about(text: str) -> bool:
    """Whether a number is said to be near, not exact.

    >>> is_about("højst ca. 60 %"), is_about("60 %")
    (True, False)
    """
    return _ABOUT.search(unquoted(text)) is not None


def has_per_cent(text: str) -> bool:
    """Whether something is in per cent, in a sign or a word.

    >>> has_per_cent("50 pct."), has_per_cent("50")
    (True, False)
    """
    return _PER_CENT.search(text) is not None


def meanings(text: str, *, is_share: bool) -> list[Written]:
    """All that a number, bound or range in another writing may mean; per cent are those of a share.

    >>> meanings("højst 50 pct.", is_share=True), meanings("1½", is_share=False)
    ([{'at_most': ('0.5',)}], [{'answer': ('1.5',)}])
    >>> meanings("1.234", is_share=False)
    [{'answer': ('1.234',)}, {'answer': ('1234',)}]
    >>> meanings("1/3-½", is_share=True), meanings("1.000..2.500 %", is_share=True)[1]
    ([{'between': ('1/3', '0.5')}], {'between': ('10', '25')})
    """
    plain = _ABOUT.sub("", _in_plain_signs(unquoted(text)))
    plain = _OUT_OF.sub("/", _NOT_LESS.sub(">=", _NOT_MORE.sub("<=", plain)))
    found = list[Written]()
    written: Written | None
    for number in _readings(plain):
        reading = _in_shares(number) if is_share else number
        written = {"answer": (reading,)} if _FRACTION.match(reading) else _bound_after(reading) or meant_by(reading)
        if (
            written is not None
            and not _is_reversed(written)
            and (plainly := _without_thousandths(written)) not in found
        ):
            found.append(plainly)
    return found


def _is_reversed(written: Written) -> bool:
    """Whether the first end of a range is above the other: no number lies in it."""
    low, high = map(Fraction, written.get("between", ("0", "0")))
    return low > high


def in_decimals(written: Written) -> Written:
    """A bound or range whose ends are decimal numbers: what has no end as one is rounded outwards.

    >>> in_decimals({"between": ("1/3", "2/3")}), in_decimals({"above": ("1/4",)}), in_decimals({"answer": ("1/3",)})
    ({'between': ('0.3333', '0.6667')}, {'above': ('0.25',)}, {'answer': ('1/3',)})
    """
    if "answer" in written:
        return written
    return {word: tuple(_outwards(end, _is_high(word, at)) for at, end in enumerate(e)) for word, e in written.items()}


def is_rounded(meant: Iterable[Written]) -> bool:
    """Whether an end of a bound or range has no end as a decimal.

    >>> is_rounded([{"at_least": ("1/4",)}]), is_rounded([{"at_least": ("1/3",)}])
    (False, True)
    """
    ends = (end for written in meant if "answer" not in written for several in written.values() for end in several)
    return any("/" in end and "/" in decimal_text(Fraction(end)) for end in ends)


def _is_high(word: str, at: int) -> bool:
    return word in ("at_most", "below") or (word == "between" and at == 1)


def _outwards(end: str, is_high: bool) -> str:
    if "/" not in end:
        return end
    number = Fraction(end)
    text = decimal_text(number)
    if "/" not in text:
        return text
    scaled = number * 10**_DECIMALS
    return decimal_text(Fraction(math.ceil(scaled) if is_high else math.floor(scaled), 10**_DECIMALS))


def _without_thousandths(written: Written) -> Written:
    """Three noughts behind the point could stand for thousands to whoever reads what is proposed."""
    return {word: tuple(number.removesuffix(".000") for number in numbers) for word, numbers in written.items()}


def _in_plain_signs(text: str) -> str:
    """A text with a hyphen for a minus sign, decimals for a sign such as ½, and a nought before a bare point."""
    return _BARE_POINT.sub("0.", _WITH_PART.sub(_with_decimals, text).replace("−", "-"))


def _with_decimals(number: re.Match[str]) -> str:
    """A whole number with the part that one sign stands for; what has no end as a decimal is so many of so many."""
    return decimal_text(int(number[1] or 0) + Fraction(unicodedata.numeric(number[2])).limit_denominator(10))


def _in_shares(text: str) -> str:
    """A text with shares for what is in per cent, in a range for both ends."""
    return _OF_PER_CENT.sub(_share_of, _LOW_OF_PER_CENT.sub(r"\1 %", _PER_CENT.sub(" %", text)))


def _share_of(per_cent: re.Match[str]) -> str:
    """A number of per cent as a share: `61 %` is 0.61."""
    return decimal_text(Fraction(per_cent[1].replace(",", ".")) / 100)


def _readings(text: str) -> Iterator[str]:
    """A text as it is, and with the signs that may stand between thousands taken out."""
    spaced = _SPACED.sub("", text)
    if re.search(r"\.\d{3},\d|,\d{3}\.\d", spaced):  # both signs: the first stands between thousands
        first = min(",.", key=spaced.index)
        yield spaced.replace(first, "")
        return
    yield spaced
    if _GROUPED.search(spaced):
        yield _GROUPED.sub(lambda number: re.sub("[.,]", "", number[1]), spaced)


def _bound_after(text: str) -> Written | None:
    """A bound whose words stand after the number, or around two."""
    if between := _BETWEEN.match(text):
        return meant_by(f"{between[1]}..{between[2]}")
    for pattern, word in ((_OR_MORE, ">="), (_OR_LESS, "<=")):
        if bound := pattern.match(text):
            return meant_by(f"{word}{bound[1]}")
    return None


def day_of(text: str) -> tuple[int, int] | None:
    """The day and the month of a text that is a date, as a spreadsheet makes one of `2-3`; else None.

    >>> day_of("2017-03-02"), day_of("02-mar"), day_of("02-03-2017"), day_of("2-3")
    ((2, 3), (2, 3), (2, 3), None)
    """
    text = text.strip().lower()
    if iso := _ISO_DAY.match(text):
        return _day(iso[3], iso[2])
    if day := _DAY.match(text):
        return _day(day[1], day[3])
    if named := _NAMED_DAY.match(text):
        month = _ENGLISH_MONTHS.get(named[2], named[2])
        return _day(named[1], str(_MONTHS.index(month) + 1)) if month in _MONTHS else None
    return None


def _day(day: str, month: str) -> tuple[int, int] | None:
    try:
        return date(2000, int(month), int(day)).day, int(month)
    except ValueError:
        return None
