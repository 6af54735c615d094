"""What a hint proposes in place of evidence that is written in another way: what can be pasted there, in its dialect.

What is proposed is read before it is proposed. Where a writing can mean several things, all are told, as a question.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from fractions import Fraction

from engine.diagnostics import near_hint, nearest
from engine.rulebooks.rulebook import FactDeclaration
from engine.texts.catalogue import Message, message
from engine.texts.joined import OR, joined
from engine.values.interval import Interval
from engine.values.numbers import decimal_text, describe_range
from offers.records.notation import LONGEST, Notation, Written
from offers.records.other_writings import (
    NEAR_ANSWERS,
    day_of,
    has_per_cent,
    in_decimals,
    is_about,
    is_dash,
    is_not_known,
    is_rounded,
    meanings,
    unquoted,
)

IsRead = Callable[[Written], bool]
"""Whether evidence of a fact is taken, so that it can be proposed."""
_HAS_ENDS = re.compile(r"[<>≤≥]|\.\.")
_COUNTED = re.compile(r"[0-9]{1,15} ?(?:/| af | of ) ?[0-9]{1,15}", re.IGNORECASE)
_OPERATOR = re.compile(r"[<>≤≥]=?|=[<>]")
_BETWEEN_ANSWERS = re.compile(r"[/,;|]|\b(?:eller|or)\b", re.IGNORECASE)
_NUMBERS: tuple[Written, ...] = ({"answer": ("0.495",)}, {"answer": ("2",)})
_BOUNDS: tuple[Written, ...] = ({"at_least": ("2",)}, {"at_least": ("0.5",)})
_RANGES: tuple[Written, ...] = (
    {"between": ("2", "3")},
    {"between": ("0.6", "0.65")},
    {"between": ("1", "4")},
    {"between": ("0.5", "0.7")},
)
_DECIMAL = message("the ends of a bound or range are decimal numbers: write {forms}")
_ROUNDED = message("the ends of a bound or range are decimal numbers: write {forms}, which is rounded outwards")
_STATES_NOTHING = message("write `{unknown}`, or leave it empty where nothing is stated")


def number_hint(text: str, fact: FactDeclaration, notation: Notation, is_read: IsRead) -> Message | None:
    """What should be written for a number, bound or range that is written in another way.

    >>> from engine.rulebooks.library import Library
    >>> fact = Library().rulebooks[0].vocabulary.facts["diagnoses"]
    >>> str(number_hint("2-3", fact, Notation(","), lambda written: True))
    'write `2..3`'
    """
    if len(text) > LONGEST:
        return None
    if not text.strip():
        bounds = filter(is_read, ({"above": ("3",)}, {"above": ("0.5",)}))
        words = message("write a number, or a bound such as `{bound}`")
        return next((words.filled(bound=notation.written(bound)) for bound in bounds), None)
    if is_not_known(text):
        return _STATES_NOTHING.filled(unknown=notation.unknown)
    if is_dash(text):
        return message("is there none, or is it not known? write {forms}", forms=_none_or_unknown(notation, is_read))
    if (day := day_of(text)) is not None:
        return _of_date(*day, notation, is_read)
    return _of_meanings(text, fact, notation, is_read)


def _none_or_unknown(notation: Notation, is_read: IsRead) -> Message:
    return _forms([*(["0"] if is_read({"answer": ("0",)}) else []), notation.unknown])


def _forms(forms: list[str]) -> Message:
    return joined([f"`{form}`" for form in dict.fromkeys(forms)], OR)


def _of_date(day: int, month: int, notation: Notation, is_read: IsRead) -> Message:
    """A spreadsheet makes a date of two numbers with a hyphen, a slash or a point between them."""
    low, high = sorted((day, month))
    possible: list[Written] = [
        {"between": (f"{low}", f"{high}")},
        {"answer": (f"{day}/{month}",)},
        {"answer": (f"{day}.{month}",)},
    ]
    forms = [notation.written(written) for written in possible if is_read(written)]
    if not forms:
        return message("a spreadsheet may have made a date of it; {advice}", advice=_examples(notation, is_read))
    return message(
        "a spreadsheet may have made a date of it; write what was meant, such as {forms}, in a cell that holds text",
        forms=_forms(forms),
    )


def _of_meanings(text: str, fact: FactDeclaration, notation: Notation, is_read: IsRead) -> Message | None:
    meant = meanings(text, is_share=fact.is_share)
    decimal = [in_decimals(written) for written in meant]
    if read := [notation.written(written) for written in decimal if is_read(written)]:
        if is_about(text):
            spans = (notation.written(written) for written in _RANGES if is_read(written))
            span = next((span for span in spans if span not in read), notation.unknown)
            words = message("write {forms} if that is exact, else the range in which it surely lies, such as `{span}`")
            return words.filled(forms=_forms(read), span=span)
        words = _ROUNDED if is_rounded(meant) else _DECIMAL if decimal != meant else message("write {forms}")
        return words.filled(forms=_forms(read))
    if _HAS_ENDS.search(text) and (counts := _COUNTED.search(text)):
        return _counts_stand_alone(counts[0], is_read)
    if meant:
        return _not_possible(text, meant, fact, notation, is_read)
    if len(_OPERATOR.findall(text)) > 1:
        return notation.bounds
    examples = _examples(notation, is_read)
    if has_per_cent(text) and not fact.is_share:
        return message("it is no share, so that nothing is in per cent: {advice}", advice=examples)
    return examples


def _counts_stand_alone(counts: str, is_read: IsRead) -> Message:
    if not is_read({"answer": (counts,)}):
        return message("the ends of a bound or range are decimal numbers; so many of so many stands alone")
    return message(
        "the ends of a bound or range are decimal numbers; so many of so many stands alone, as `{counts}` does",
        counts=counts,
    )


def _not_possible(
    text: str, meant: list[Written], fact: FactDeclaration, notation: Notation, is_read: IsRead
) -> Message:
    """The range of a fact in which what is meant does not lie; of a share it may be meant in per cent."""
    assert isinstance(fact.domain, Interval)
    advice = describe_range(fact.domain, is_whole=fact.is_whole)
    is_per_cent = fact.is_share and not has_per_cent(text)
    shares = map(in_decimals, filter(None, map(_hundredth, meant if is_per_cent else ())))
    in_per_cent = [notation.written(share) for share in shares if is_read(share)]
    if not in_per_cent:
        return advice
    return message("{range}; write {forms} where per cent are meant", range=advice, forms=_forms(in_per_cent))


def _hundredth(written: Written) -> Written | None:
    """The same in per cent; None of a count out of none, which is no number."""
    try:
        return {word: tuple(decimal_text(Fraction(n) / 100) for n in numbers) for word, numbers in written.items()}
    except ZeroDivisionError:
        return None


def _examples(notation: Notation, is_read: IsRead) -> Message:
    """What can be written of a fact, by examples of each form that it takes."""
    one_of = [next((notation.written(w) for w in forms if is_read(w)), None) for forms in (_NUMBERS, _BOUNDS, _RANGES)]
    number, bound, span = one_of
    if number is None or bound is None or span is None:
        return _STATES_NOTHING.filled(unknown=notation.unknown)
    words = message(
        "write a number such as `{number}`, a bound such as `{bound}`, a range such as `{span}`, or `{unknown}`"
    )
    return words.filled(number=number, bound=bound, span=span, unknown=notation.unknown)


def answer_hint(text: str, fact: FactDeclaration, notation: Notation) -> Message | None:
    """What should be written for an answer that is none, in the words of the input.

    >>> from engine.rulebooks.library import Library
    >>> fact = Library().rulebooks[0].vocabulary.facts["large_catchment_needed"]
    >>> for text in ("SANDT", "delvist", "ved ikke"):
    ...     str(answer_hint(text, fact, Notation(",")))
    'write `ja`'
    'one of `ja`, `nej`, `ukendt`'
    'write `ukendt`, or leave it empty where nothing is stated'
    """
    if is_not_known(text):
        return _STATES_NOTHING.filled(unknown=notation.unknown)
    words = notation.answers_of(fact)
    names = {name.casefold(): words[a] for a, label in fact.answers.items() for name in (a, label.en, label.da)}
    names |= dict.fromkeys(("unknown", "ukendt"), notation.unknown)
    if fact.is_judgement:
        names |= {word: words[answer] for word, answer in NEAR_ANSWERS.items() if answer in words}
    if (meant := names.get(unquoted(text).casefold())) is not None:
        return message("write {forms}", forms=_forms([meant]))
    near = None if _BETWEEN_ANSWERS.search(text) else nearest(text.casefold(), [n for n in names if len(n) > 1])
    return near_hint(names[near] if near else "", [*words.values(), notation.unknown])
