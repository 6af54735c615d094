"""What the checks of vocabularies and of rulebooks share: how ids are written, and a list of what is wrong where."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from engine.diagnostics import Diagnostic, Rejected, near_hint, quoted
from engine.documents.document import Node
from engine.documents.places import place_of, place_of_key
from engine.texts.catalogue import Message, message

NAME = re.compile(r"[A-Za-z][A-Za-z0-9_]*\Z")
DOTTED = re.compile(r"[A-Za-z][A-Za-z0-9_-]*(\.[A-Za-z][A-Za-z0-9_-]*)*\Z")
VERSION = re.compile(r"[A-Za-z0-9][A-Za-z0-9_.-]*\Z")
_WRITTEN = {
    NAME: message("letters a-z, digits and `_`, beginning with a letter"),
    DOTTED: message("words of letters a-z, digits, `_` and `-`, joined by `.`, each beginning with a letter"),
    VERSION: message("letters a-z, digits, `_`, `-` and `.`, beginning with a letter or digit"),
}
Path = tuple[str | int, ...]


class Checker:
    """Collects diagnostics at the places of a document.

    Args:
        node: the document.
        present_ids: what facts are called now, by the ids that they had before.
    """

    def __init__(self, node: Node, present_ids: Mapping[str, str] | None = None) -> None:
        self._node, self._present_ids = node, present_ids or {}
        self._found: list[Diagnostic] = []

    def say(
        self,
        path: Path,
        code: str,
        words: Message,
        advice: Message | None = None,
        at_key: bool = False,
    ) -> None:
        """Note a mistake at the value, or at the key, that a path leads to."""
        place = place_of_key(self._node, *path) if at_key else place_of(self._node, *path)
        self._found.append(Diagnostic(place, code, words, advice))

    def identifier(self, path: Path, text: str, pattern: re.Pattern[str] = NAME, at_key: bool = False) -> None:
        """Check that an id is written as ids are."""
        if not pattern.match(text):
            words = message("{written} is not a version") if pattern is VERSION else message("{written} is not an id")
            self.say(path, "identifier", words.filled(written=quoted(text)), _WRITTEN[pattern], at_key)

    def known_fact(self, path: Path, name: str, known: Iterable[str], fitting: Iterable[str]) -> bool:
        """Whether a fact is known; a mistake where it is not, with a hint of those that fit there."""
        known = list(known)
        if name not in known:
            words = message("there is no fact {name}", name=quoted(name))
            now = self._present_ids.get(name)
            advice = near_hint(name, fitting) if now is None else message("it is called `{fact}` now", fact=now)
            self.say(path, "unknown-fact", words, advice)
        return name in known

    def answer(self, path: Path, answer: str, fact: str, known: Iterable[str]) -> None:
        """Check that a fact allows an answer."""
        known = list(known)
        if answer not in known:
            written = quoted(answer) if answer else message("an empty text")
            words = message("{written} is not an answer to `{fact}`", written=written, fact=fact)
            self.say(path, "unknown-answer", words, near_hint(answer, known))

    def finish(self) -> None:
        """Raise what was found."""
        if self._found:
            raise Rejected(self._found)
