"""Papers in HTML: what their paragraphs say, with their places, and what the page carries."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser

from offers.papers.statement_check import Passage, plain

CARRIED_IN = "sekskant-paper"
"""The id of the element in which a page has what it rests on."""
_LINES = frozenset(
    {
        *("address", "article", "aside", "blockquote", "body", "caption", "dd", "details", "div", "dl", "dt"),
        *("fieldset", "figcaption", "figure", "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr"),
        *("li", "main", "nav", "ol", "p", "pre", "section", "summary", "table", "tbody", "td", "tfoot", "th", "thead"),
        *("tr", "ul"),
    }
)
"""Elements of which each is a line of its own, or several."""
_UNSEEN = frozenset({"script", "style", "template", "del", "s", "strike", "head", "noscript"})
"""Elements whose text is not said, or not any more."""
_NEVER_SHOWN = frozenset({"script", "style", "template", "head", "noscript"})
_HIDING = re.compile(
    r"display:none|visibility:(?:hidden|collapse)|text-decoration(?:-line)?:[^;]*line-through|content-visibility:hidden"
    r"|opacity:0*(?:\.0*)?%?(?:;|!|\Z)|font-size:0*(?:\.0*)?(?:[a-z]+|%)?(?:;|!|\Z)"
)
"""What an element's own style says, without spaces, by which its text is hidden or struck out."""
_OR = "/"
"""Between two names of one column, which no end of a sentence can take apart."""
_EMPTY = frozenset(
    {
        *("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"),
    }
)


class Page(HTMLParser):
    """A page, taken apart: its passages, and the text that it carries (None where it carries none)."""

    def __init__(self, text: str) -> None:
        super().__init__(convert_charrefs=True)
        self.passages: list[Passage] = []
        self.carried: str | None = None
        self._texts: list[str] = []
        self._with_hidden: list[str] = []
        self._places: list[int] = []
        self._unseen: list[str] = []
        self._is_carried = False
        self._heads: list[int] = []
        self._called_otherwise: set[int] = set()
        self._column = 0
        self.feed(text)
        self.close()
        self._end_line()

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        """An element begins."""
        attributes = {name: value or "" for name, value in attrs}
        if tag == "script" and attributes.get("id") == CARRIED_IN and self.carried is None:
            self._is_carried, self.carried = True, ""
        if tag in _UNSEEN or self._unseen or "hidden" in attributes or _HIDING.search(_style(attributes)):
            if tag not in _EMPTY:
                self._unseen.append(tag)
            self._with_hidden += "\n" if tag in _LINES else ""
            return
        if tag in _LINES:
            self._end_line()
        elif tag == "br":
            self._add("\n")
        place = attributes.get("data-place", "")
        if place.isascii() and place.isdecimal() and len(place) <= 9:
            self._places.append(int(place))
            self._note_head(tag, attributes)

    def _note_head(self, tag: str, attributes: dict[str, str]) -> None:
        """Have the head of a column say what a cell of ours calls it as well, which a narrow screen shows instead."""
        if tag == "caption":
            self._heads = []
        elif tag == "th" and attributes.get("scope") == "col":
            self._heads.append(len(self.passages))
        elif tag in ("td", "th"):
            self._column = 0 if tag == "th" else self._column + 1
            said = attributes.get("data-head")
            if said is not None and self._column < len(self._heads):
                at = self._heads[self._column]
                head = self.passages[at].text
                if at not in self._called_otherwise and plain(head) != plain(said):
                    self._called_otherwise.add(at)
                    self.passages[at] = self.passages[at]._replace(text=f"{head}{_OR}{said}")

    def handle_endtag(self, tag: str) -> None:
        """An element ends; one that is not closed ends with the one around it."""
        if tag == "script":
            self._is_carried = False
        if self._unseen:
            if tag in self._unseen:
                del self._unseen[len(self._unseen) - 1 - self._unseen[::-1].index(tag) :]
        elif tag in _LINES:
            self._end_line()

    def handle_data(self, data: str) -> None:
        """A text."""
        if self._is_carried:
            self.carried = (self.carried or "") + data
        elif not self._unseen:
            self._add(data)
        elif not _NEVER_SHOWN.intersection(self._unseen):
            self._with_hidden.append(data)

    def _add(self, text: str) -> None:
        self._texts.append(text)
        self._with_hidden.append(text)

    def _end_line(self) -> None:
        text, with_hidden = "".join(self._texts), "".join(self._with_hidden)
        if self._places or with_hidden.strip():
            self.passages.append(Passage(text, tuple(self._places), None if with_hidden == text else with_hidden))
        self._texts, self._with_hidden, self._places = [], [], []


def _style(attributes: dict[str, str]) -> str:
    return "".join(attributes.get("style", "").lower().split())
