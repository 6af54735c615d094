"""Ids of offers: how they are written, which are the same, and which are so alike that one is a slip of the other."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence

from engine.diagnostics import quoted
from engine.texts.catalogue import Message, message, message_in
from engine.texts.joined import AND, COMMA, joined
from engine.values.unicode_forms import in_form

MAX_LIKE = 3
"""So many ids that one is like are named with it."""
ADDRESSES = "/#"
"""The signs that separate an id from what it is in (`12/solhoej`, `register.duckdb#offers`), so that no id has them."""
USUAL = message("letters, digits, `-`, `_` and `.`")
_SPACES = re.compile(r"\s+")


def comparable_id(written: str) -> str:
    r"""An id as ids are compared: in Unicode's composed form (NFC), with one plain space where white space stands.

    >>> comparable_id("skra\u030a\u00a0 bakke") == "skrå bakke"
    True
    """
    return in_form("NFC", _SPACES.sub(" ", written.strip()))


def is_usual(written: str) -> bool:
    """Whether an id has letters of any language, digits, `-`, `_` and `.` alone.

    >>> is_usual("blåbær-2"), is_usual("sol høj"), is_usual("a@b")
    (True, False, False)
    """
    return all(sign in "-_." or _is_letter_or_digit(sign) for sign in written)


def address_sign_in(written: str) -> str | None:
    """The first sign in an id that addresses; None where there is none.

    >>> address_sign_in("2018/7")
    '/'
    """
    return next((sign for sign in written if sign in ADDRESSES), None)


def key_of_alike(written: str) -> str:
    """What ids have in common that differ by case, spaces, Unicode form or sign alone, and no others have.

    Between two digits it counts that there is a sign, and not which.

    >>> key_of_alike("Sol_Høj") == key_of_alike("sol høj"), key_of_alike("1.12") == key_of_alike("11.2")
    (True, False)
    """
    plain = "".join(in_form("NFKC", written).lower().split())
    signs = "".join(sign if _is_letter_or_digit(sign) else "-" for sign in plain)
    return re.sub(r"(?<!\d)-+|-+(?!\d)|-+", lambda run: "-" if _is_between_digits(run) else "", signs)


def alike(ids: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """The ids that are there more than once, or differ by case, spaces, Unicode form or sign alone.

    Each comes with those that it is like, and not with itself.

    >>> alike(["a", "b", "A", "c", "c"])
    {'a': ('A',), 'A': ('a',), 'c': ()}
    """
    of_key: dict[str, list[str]] = {}
    for written in ids:
        of_key.setdefault(key_of_alike(written) or written, []).append(written)
    groups = (group for group in of_key.values() if len(group) > 1)
    return {
        written: tuple(dict.fromkeys(other for other in group if other != written))
        for group in groups
        for written in group
    }


def said_of_alike(written: str, others: Sequence[str]) -> tuple[Message, Message]:
    """What is wrong with an id that others have, or that others are like; and what would be right.

    >>> str(said_of_alike("Solhøj", ["solhøj"])[0])
    'the ids `Solhøj` and `solhøj` differ by case alone'
    """
    if not others:
        return message("the id {id} stands in several rows", id=quoted(written)), message("an id belongs to one offer")
    others = sorted(others)[:MAX_LIKE]
    ids = joined(map(quoted, (written, *others)), AND)
    *most, last = dict.fromkeys(by for other in others for by in _differences(written, other)) or [_SPACES_BETWEEN]
    by = joined([joined(most, COMMA), last], AND) if most else last
    advice = message(
        "write the id of an offer always in the same way, and those of two so that nobody takes one for the other"
    )
    return message("the ids {ids} differ by {by} alone", ids=ids, by=by), advice


def _differences(one: str, other: str) -> Iterator[Message]:
    """What two ids that are alike differ by: that without which they would be further alike."""
    for name in _STEPS:
        others = [other_step for other_name, other_step in _STEPS.items() if other_name != name]
        if _after(one, others) != _after(other, others):
            yield name


def _after(text: str, steps: Iterable[Callable[[str], str]]) -> str:
    for step in steps:
        text = step(text)
    return text


def _is_between_digits(run: re.Match[str]) -> bool:
    before, after = run.string[: run.start()][-1:], run.string[run.end() :][:1]
    return before.isdigit() and after.isdigit()


def _is_letter_or_digit(sign: str) -> bool:
    kind = unicodedata.category(sign)
    return kind[0] in "LM" or kind == "Nd"


_SPACES_BETWEEN = message_in("ids", "spaces")
_STEPS: Mapping[Message, Callable[[str], str]] = {
    message_in("ids", "Unicode form"): lambda text: in_form("NFKC", text),
    message_in("ids", "case"): str.lower,
    _SPACES_BETWEEN: lambda text: "".join(text.split()),
    message_in("ids", "sign"): lambda text: "".join(
        sign for sign in text if sign.isspace() or _is_letter_or_digit(sign)
    ),
}
