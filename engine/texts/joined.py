"""Texts of ours one after the other, as one text that is put into a language later."""

from __future__ import annotations

from collections.abc import Iterable
from functools import reduce

from engine.texts.catalogue import Message, message

AND = message("{before} and {last}")
COMMA = message("{before}, {last}")
OR = message("{before} or {last}")
SEMICOLON = message("{before}; {last}")


def joined(texts: Iterable[Message | str], joint: Message) -> Message:
    """At least one text, each joined to those before it by `joint`, which has the places `before` and `last`.

    >>> for language in ("en", "da"):
    ...     joined(["`a`", "`b`", message("not stated")], OR).in_language(language)
    '`a` or `b` or not stated'
    '`a` eller `b` eller ikke oplyst'
    """
    first, *others = texts
    whole = first if isinstance(first, Message) else Message("{text}", (("text", first),))
    return reduce(lambda before, last: joint.filled(before=before, last=last), others, whole)
