"""Syntax errors in the words of those who write the files, at the place that they can mend.

Not a word of a parser is shown: what it says is looked up in a closed table, and what is not there gets a text of its
own. So a parser may say what it likes in its next version.
"""

from __future__ import annotations

import re
from typing import Any, NamedTuple

import yaml

from engine.diagnostics import Place, Rejected, quoted, rejected
from engine.documents.nesting import deep_after, place_at, read_before, too_deep
from engine.texts.catalogue import Message, message

_BETWEEN = re.compile(r"[\s:,?-]*")
NOT_READ_ON = message("nothing after this line was read")
_INDENTATION = message("check the indentation")
_QUOTES = message("put the text in quotes")
_INDENTATION_OR_QUOTES = message("check the indentation; put the text in quotes")
_BACKSLASH = message("write a backslash as `\\\\`, or use single quotes")


class Explanation(NamedTuple):
    """What libyaml and PyYAML's own parser say, as context and problem; what we say; and what helps.

    The place is where the parser stopped, or where what it could not read begins. `{character}` is the one that stands
    at the place.
    """

    pattern: re.Pattern[str]
    words: Message
    advice: Message | None = None
    at_beginning: bool = False


def _said(pattern: str, words: Message, advice: Message | None = None, *, at_beginning: bool = False) -> Explanation:
    return Explanation(re.compile(pattern), words, advice, at_beginning)


_TAB = _said(r"tab character|character '\\t'", message("a tab cannot indent"), message("indent with spaces"))
EXPLANATIONS: tuple[Explanation, ...] = (
    _said(
        r"directive|incompatible YAML document|duplicate tag handle",
        message("a line that begins with `%` cannot be read here"),
        message("leave the line out"),
        at_beginning=True,
    ),
    _said(
        r"^while (scanning|parsing) a tag\b|undefined tag handle",
        message("the tag that begins here cannot be read"),
        message("leave the tag out"),
        at_beginning=True,
    ),
    _said(
        r"^while scanning an (alias|anchor)\b",
        message("a text cannot begin with `*` or `&`"),
        _QUOTES,
        at_beginning=True,
    ),
    _said(
        r"unexpected (end of stream|document (indicator|separator))",
        message("the quote that begins here is not closed"),
        at_beginning=True,
    ),
    _said(
        r"could not find expected ':'",
        message("a `:` is missing after this key"),
        _INDENTATION,
        at_beginning=True,
    ),
    _TAB,
    _said(r"cannot start any token", message("{character} cannot begin a text"), _QUOTES),
    _said(
        r"mapping values|unexpected ':'",
        message("a `:` is not expected here"),
        message("check the indentation; a text that holds `: ` stands in quotes"),
    ),
    _said(r"mapping keys", message("a `?` is not expected here"), _INDENTATION_OR_QUOTES),
    _said(r"sequence entries", message("a `-` is not expected here"), _INDENTATION),
    _said(r"expected '-' indicator", message("a `-` is expected here"), _INDENTATION),
    _said(
        r"expected key|<block end>",
        message("a key is expected here"),
        message("check the indentation; quotes stand around a whole text"),
    ),
    _said(
        r"document start",
        message("nothing more is expected here"),
        message("check the indentation; `---` begins another document"),
    ),
    _said(r"node content", message("a value is expected here")),
    _said(
        r"escape|hexdecimal|hexadecimal|chr\(\) arg",
        message("the escape is not one of those that double quotes know"),
        _BACKSLASH,
    ),
    _said(
        r"comment or (a )?line break|indentation indicator",
        message("the text begins in the next line"),
    ),
    _said(
        r"nesting",
        message("the nesting is deeper than can be read"),
    ),
    _said(
        r"control characters|special characters|Unicode character|surrogate|UTF-(8|16)|octet",
        message("there is a character here that does not belong in a text"),
        message("delete it"),
    ),
)
GENERAL = Explanation(re.compile(""), message("this cannot be read as YAML"), _INDENTATION_OR_QUOTES)
"""What is said of a mistake that a parser tells in words which we do not know."""


def explained(error: Exception, text: str, file: str, loader: Any) -> Rejected:
    """A mistake that a parser of YAML found in a text, in our words.

    Args:
        error: what the parser raised.
        text: the whole text.
        file: its name.
        loader: the parser.
    """
    stopped, opened = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
    stopped = stopped or opened
    before = read_before(text, loader)
    deep = deep_after(before, text, len(text) if stopped is None else stopped.index)
    if deep >= 0:
        return too_deep(place_at(text, deep, file))
    if stopped is None:
        explanation = _found(error, "")
        following = _BETWEEN.match(text, before.end)
        return _rejected(
            place_at(text, following.end() if following else before.end, file), explanation.words, explanation.advice
        )
    if bracket := re.search(r"expected ',' or '(.)'", str(error)):
        return _bracket(bracket[1], stopped, opened, text, file)
    character = text[stopped.index : stopped.index + 1]
    explanation = _found(error, character)
    mark = opened if explanation.at_beginning and opened is not None else stopped
    return _rejected(_place(mark, file), explanation.words.filled(character=quoted(character)), explanation.advice)


def _found(error: Exception, character: str) -> Explanation:
    """The explanation of what a parser says, which is a tab wherever one stands at the place."""
    words = f"{error.context or ''}: {error.problem or ''}" if isinstance(error, yaml.MarkedYAMLError) else str(error)
    known = next((e for e in EXPLANATIONS if e.pattern.search(words)), GENERAL)
    return _TAB if character == "\t" and not known.at_beginning else known


def _bracket(closing: str, mark: yaml.Mark, opened: yaml.Mark | None, text: str, file: str) -> Rejected:
    opening = {"]": "[", "}": "{"}[closing]
    if opened is not None and not text[mark.index :].strip():
        place = _place(opened, file)
        return _rejected(
            place,
            message("the `{opening}` that begins here is not closed", opening=opening),
            message("end it with `{closing}`", closing=closing),
        )
    if opened is None:
        words = message("the `{opening}` is still open; a text that holds a comma, a brace or a `: ` stands in quotes")
    else:
        words = message(
            "the `{opening}` of line {line} is still open; a text that holds a comma, a brace or a `: ` stands in "
            "quotes",
            line=opened.line + 1,
        )
    advice = words.filled(opening=opening)
    return _rejected(_place(mark, file), message("a `,` or `{closing}` is expected here", closing=closing), advice)


def _rejected(place: Place, words: Message, advice: Message | None) -> Rejected:
    whole = message("{advice}; nothing after this line was read", advice=advice) if advice else NOT_READ_ON
    return rejected(place, "syntax", words, whole)


def _place(mark: yaml.Mark, file: str) -> Place:
    return Place(file, mark.line + 1, mark.column + 1)
