"""Papers made in the process of the tests, and what their files say."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Sequence

import click
import pypdf

from cli.common.console import Exit
from cli.paper.annex_paper import annex_paper
from cli.paper.asked import Asked
from cli.paper.committee_paper import committee_paper
from cli.paper.letter_paper import Reply, letter_paper, operators
from cli.paper.source import PaperSource, paper_source
from engine.explanation.paper import Paper, PaperKind
from engine.explanation.words_and_numbers import Wording
from engine.harmless import harmless
from engine.texts.catalogue import Language
from tests.command import DATA
from tests.pages import without_carried

PAGE = re.compile(r"\s*\d+ / \d+\s*\Z")
"""The number that stands below a page."""


def source_of(
    language: Language = "da", paths: Sequence[str] = (str(DATA),), journal: str | None = None, year: int | None = 2018
) -> PaperSource:
    """What a paper is made from; all real cases, unless told otherwise."""
    exits: list[Exit] = []
    asked = Asked(paths, year, (), (), journal, language)
    context = click.Context(click.Command("paper"))
    context.meta["sekskant.reading"] = {}  # as where no option of reading was given
    with context, paper_source(asked, exits) as source:
        return source


def committee(source: PaperSource, language: Language = "da", date: str | None = None) -> Paper:
    return committee_paper(source, None, date, Wording(language))


def paper_of(
    kind: PaperKind, source: PaperSource, date: str | None = None, language: Language = "da", operator: int = 0
) -> Paper:
    """A paper of a kind on a source; of letters that to one of the operators, who is to answer by a day."""
    wording = Wording(language)
    match kind:
        case "committee":
            return committee_paper(source, None, date, wording)
        case "annex":
            return annex_paper(source, None, date, wording)
        case "letter":
            reply = Reply("2017-06-01", "answer.xlsx")
            return letter_paper(list(operators(source))[operator], source, reply, date, wording)


def letters(text: str) -> str:
    """A text without what may differ where its lines end."""
    return re.sub(r"[\s\u200b]", "", harmless(text))


def of_page(data: bytes) -> str:
    """What stands in the body of a page of HTML, without what the page carries."""
    body = without_carried(data.decode()).partition("<main>")[2].partition("</main>")[0]
    return letters(html.unescape(re.sub(r"<[^>]*>", "", body)))


def of_pdf(data: bytes) -> str:
    """What stands on the pages of a PDF, without their numbers."""
    pages = (page.extract_text() for page in pypdf.PdfReader(io.BytesIO(data)).pages)
    return "".join(letters(PAGE.sub("", text)) for text in pages)
