"""Pages of HTML to read or print: no script that runs, nothing fetched, and texts that come out harmless."""

from __future__ import annotations

import re
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from engine.harmless import harmless, shortened
from engine.texts.unbroken import unbroken


@cache
def template_of(name: str) -> Template:
    """A template of a page whose texts come out harmless."""
    environment = Environment(
        loader=PackageLoader("cli"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_text,
    )
    environment.filters["path_breaks"] = path_breaks
    return environment.get_template(name)


def path_breaks(text: str) -> Markup:
    """A text as part of a page, in which a line may end after each part of a path.

    A browser ends no line between a slash and a digit, nor after a backslash.

    >>> path_breaks("<offers>/2018")
    Markup('&lt;offers&gt;/<wbr>2018')
    """
    said = escape(_text(text))
    return Markup(re.sub(r"(?<=[/\\])(?=\w)", "<wbr>", said))  # noqa: S704 - escaped above


def _text(value: object) -> object:
    """A text of a page as it may leave; a part of the page itself is no text."""
    if not isinstance(value, str):
        return value
    if hasattr(value, "__html__"):
        return Markup(harmless(value))  # noqa: S704 - it was one, and stays one
    return shortened(unbroken(harmless(value)))
