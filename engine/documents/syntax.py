"""Syntax errors in the words of those who write the files, at the place that they can mend."""

from __future__ import annotations

import re

import yaml

from engine.diagnostics import quoted

_INDENTATION = "check the indentation"
_QUOTES = "put the text in quotes"
_NOT_YAML = "this is not YAML"
_BACKSLASH = "write a backslash as `\\\\`, or use single quotes"

# What libyaml and PyYAML's own parser say, in any of their versions; what we say, with the character at the place for
# `{}`; and what helps. What they say is never shown: a message that nobody knows yet is told as the general one.
_EXPLANATIONS: tuple[tuple[str, str, str | None], ...] = (
    (r"tab character|character '\\t'", "a tab cannot indent", "indent with spaces"),
    (r"cannot start any token", "{} cannot begin a text", _QUOTES),
    (
        r"mapping values|unexpected ':'",
        "a `:` is not expected here",
        f"{_INDENTATION}; a text that holds `: ` stands in quotes",
    ),
    (r"mapping keys", "a `?` is not expected here", f"{_INDENTATION}; a text that begins with `? ` stands in quotes"),
    (r"sequence entries", "a `-` is not expected here", _INDENTATION),
    (r"expected '-' indicator", "a `-` is expected here", _INDENTATION),
    (r"expected key|<block end>", "a key is expected here", f"{_INDENTATION}; quotes stand around a whole text"),
    (r"document start", "nothing more is expected here", f"{_INDENTATION}; `---` begins another document"),
    (r"node content", "a value is expected here", None),
    (r"escape|hex", "the escape is not one of those that double quotes know", _BACKSLASH),
    (r"indicator equal to 0|in the range 1-9", "an indentation after `|` or `>` is a number from 1 to 9", None),
    (r"comment or (a )?line break|indentation indicators", "the text begins in the next line", None),
    (
        r"directive|%|version|incompatible|digit|non-alphabetical",
        "a line that begins with `%` is a directive, which no record needs",
        _QUOTES,
    ),
    (r"[Tt]ag|URI|expected '[!> ]'|whitespace", "a `!` begins a tag, which no record needs", _QUOTES),
    (r"nesting|too long", "the nesting is deeper than any record needs", None),
    (r"UTF|Unicode|octet|surrogate|(control|special) characters", "{} does not belong in a text", "delete it"),
)

# The same where the mistake stands at the beginning of what could not be read.
_BEGINNINGS: tuple[tuple[str, str, str | None], ...] = (
    (r"unexpected end of stream|document (indicator|separator)", "the quote that begins here is not closed", None),
    (r"alphabetic or numeric", "a text cannot begin with `*` or `&`", _QUOTES),
    (r"could not find expected ':'", "a `:` is missing after this key", _INDENTATION),
)


class JsonMistake(yaml.MarkedYAMLError):
    """What is wrong with a JSON text, in our own words."""


def explained(error: yaml.MarkedYAMLError, text: str) -> tuple[tuple[int, int], str, str | None]:
    """The line and column of a syntax error, counted from 1, with a message and a hint."""
    problem, mark = error.problem or "", error.problem_mark or error.context_mark
    opened = error.context_mark
    if mark is None:
        return (1, 1), _NOT_YAML, None
    if isinstance(error, JsonMistake):
        return _at(mark), problem, None
    for said, message, hint in _BEGINNINGS if opened is not None else ():
        if re.search(said, problem):
            return _at(opened or mark), message, hint
    if bracket := re.search(r"expected ',' or '(.)'", problem):
        return _bracket(bracket[1], mark, opened, text)
    if _character(mark, text) == "\t":
        problem = "tab character"
    for said, message, hint in _EXPLANATIONS:
        if re.search(said, problem):
            return _at(mark), message.format(quoted(_character(mark, text))), hint
    return _at(mark), _NOT_YAML, None


def _bracket(closing: str, mark: yaml.Mark, opened: yaml.Mark | None, text: str) -> tuple[tuple[int, int], str, str]:
    opening = {"]": "[", "}": "{"}[closing]
    if opened is not None and not text[mark.index :].strip():
        return _at(opened), f"the `{opening}` that begins here is not closed", f"end it with `{closing}`"
    since = f" of line {opened.line + 1}" if opened is not None else ""
    hint = f"the `{opening}`{since} is still open; a text that holds a comma or a `: ` stands in quotes"
    return _at(mark), f"a `,` or `{closing}` is expected here", hint


def _at(mark: yaml.Mark) -> tuple[int, int]:
    return mark.line + 1, mark.column + 1


def _character(mark: yaml.Mark, text: str) -> str:
    return text[mark.index : mark.index + 1]
