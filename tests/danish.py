"""What is said in Danish, tried for English that was left in it."""

from __future__ import annotations

import re

from engine.diagnostics import Diagnostic
from engine.texts.catalogue import Message

ENGLISH = re.compile(
    r"\b(and|are|be|belongs?|but|cannot|does|each|has|here|is|it|its|line|more|no|none|not|number|of|on|one|or|out|"
    r"than|that|the|there|this|to be|what|where|which|with|write)\b"
)
"""Words of English that are none of Danish."""
_TYPED = re.compile(r"`[^`]*`")


def english_left(diagnostic: Diagnostic) -> list[str]:
    """What of a diagnostic is no text of ours, or still English when it is said in Danish.

    >>> from engine.diagnostics import Place
    >>> english_left(Diagnostic(Place("a.yaml"), "empty", "there is nothing"))
    ['there is nothing']
    """
    texts = [text for text in (diagnostic.words, diagnostic.advice) if text is not None]
    return [str(text) for text in texts if not isinstance(text, Message) or ENGLISH.search(_untyped(text))]


def _untyped(text: Message) -> str:
    """A text without what is typed."""
    return _TYPED.sub("", text.in_language("da"))
