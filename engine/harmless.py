"""Texts as they may leave: one guard for terminals, diagnostics, records, tables, pages.

What somebody else wrote must not steer the terminal of whoever reads it, hide the order of what is read, or make lines
that look like ours. A text keeps its line breaks where it is a paragraph (`harmless`), and is one line elsewhere
(`one_line`); a name of a file says which signs stand in it (`shown_name`); JSON stays the same when it is parsed
(`harmless_json`), and a cell of a table in Markdown is text (`harmless_markdown`).
"""

from __future__ import annotations

import re

REPLACEMENT = "\N{REPLACEMENT CHARACTER}"
"""Stands for a character that is not shown."""
HIDDEN = "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]"
"""Characters that steer a terminal or hide the order of what is read; a pattern, compiled where it is first used."""
LONGEST = 32_767
"""The characters of a text that are shown, as many as a cell of a spreadsheet can have."""
_SURROGATE = "\ud800-\udfff"
_SEPARATORS = "\u2028\u2029"
"""They end a line for some who read it, and stand in a cell as other spaces do."""
_STEERING = f"[{HIDDEN[1:-1]}{_SEPARATORS}]"
_UNSAFE = f"[{HIDDEN[1:-1]}{_SEPARATORS}{_SURROGATE}]"
_UNSAFE_IN_NAMES = f"[\t\n{_UNSAFE[1:-1]}]"
_MARKUP = r"[\\`*\[\]|~]"
_LINE_BREAKS = "[\t\n\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029]+"


def harmless(text: str) -> str:
    r"""A text without characters that steer a terminal or hide the order of what is read.

    >>> harmless("a\x1b[31mb\u202ec")
    'a\ufffd[31mb\ufffdc'
    """
    return re.sub(_STEERING, REPLACEMENT, text)


def one_line(text: str) -> str:
    r"""A harmless text on one line.

    >>> one_line("a\r\nb")
    'a b'
    """
    return harmless(re.sub(_LINE_BREAKS, " ", text))


def shortened(text: str) -> str:
    """A text, or the beginning of a longer one than is shown.

    >>> len(shortened(5_000_000 * "x"))
    32767
    """
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def shown_name(name: str) -> str:
    r"""The name of a file on one line, with what would not be seen as the escapes by which shells write it.

    >>> shown_name("a\nb.yaml: ok"), shown_name(b"s\xf8.yaml".decode("utf-8", "surrogateescape"))
    ('a\\nb.yaml: ok', 's\\xf8.yaml')
    """
    return re.sub(_UNSAFE_IN_NAMES, _escape, name)


def _escape(match: re.Match[str]) -> str:
    code = ord(match[0])
    if 0xDC80 <= code <= 0xDCFF:  # a byte that is no text, as the system hands it over
        return f"\\x{code - 0xDC00:02x}"
    return match[0].encode("unicode_escape").decode()


def harmless_json(text: str) -> str:
    r"""JSON in which what is not to be seen is escaped: it says the same.

    >>> harmless_json('{"a": "\x9b\u202e"}')
    '{"a": "\\u009b\\u202e"}'
    """
    return re.sub(_UNSAFE, lambda match: f"\\u{ord(match[0]):04x}", text)


def harmless_markdown(text: str) -> str:
    r"""A text as a cell of a table in Markdown: it ends no cell and no line, and is neither markup nor HTML.

    >>> harmless_markdown("a|b <b>*c*</b>")
    'a\\|b &lt;b&gt;\\*c\\*&lt;/b&gt;'
    """
    import html  # noqa: PLC0415 - only Markdown needs it

    return re.sub(_MARKUP, r"\\\g<0>", html.escape(shortened(one_line(text)), quote=False))
