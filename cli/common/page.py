"""Decisions as one HTML page to read or print: no script, nothing fetched."""

from __future__ import annotations

import re
from collections.abc import Sequence
from functools import cache
from typing import TYPE_CHECKING

from jinja2 import Environment, PackageLoader, StrictUndefined, Template
from markupsafe import Markup, escape

from cli.common.form import MARKS, basis_titles, missing_words
from engine.decisions.trace import Trace
from engine.explanation.justification import justification
from engine.explanation.views import one_is_enough, view_of, views_of
from engine.explanation.words_and_numbers import Wording
from engine.harmless import harmless, shortened
from engine.rulebooks.rulebook import Rulebook
from engine.texts.catalogue import Language
from engine.texts.unbroken import unbroken

if TYPE_CHECKING:
    from cli.common.beside import Beside


def page(
    decided: Sequence[Sequence[Trace]],
    rulebooks: Sequence[Rulebook],
    language: Language,
    beside: Beside,
    *,
    forms: bool,
) -> str:
    """The page of decisions on offers: a line for each where there are several, and a form for each if asked for."""
    wording = Wording(language)
    template = template_of("decisions.html.jinja")
    return template.render(
        decided=decided,
        rulebooks=rulebooks,
        forms=forms,
        language=language,
        marks=MARKS,
        gettext=wording.gettext,
        text=wording.text,
        wording=wording,
        justification=lambda trace: justification(trace, language),
        views_of=lambda criterion: views_of(criterion, wording),
        view_of=lambda test: view_of(test, wording),
        one_is_enough=lambda criterion: one_is_enough(criterion, wording),
        missing=lambda traces: missing_words(traces, wording),
        basis_titles=lambda trace: basis_titles(trace, wording),
        override_lines=lambda trace: beside.override_lines(trace, wording),
        remark_sentences=lambda offer=None: beside.remark_sentences(wording, offer),
    )


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
