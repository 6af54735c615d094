"""`sekskant rulebook diff`: what differs between two rulebooks, in words, and whether a verdict can change."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

from cli.common.console import load_library
from cli.common.json_output import json_text
from cli.common.options import format_option, language_option, year_option
from cli.common.selection import chosen_rulebook
from engine.authoring.writing.difference import (
    RulebookChange,
    allow_other_values,
    facts_made_otherwise,
    rulebook_changes,
)
from engine.diagnostics import NotComparable, TooComplex
from engine.explanation.words_and_numbers import Wording
from engine.texts.catalogue import Language, message

if TYPE_CHECKING:
    from engine.authoring.proofs.proof import ProofResult
    from engine.rulebooks.rulebook import Rulebook


@click.command()
@click.argument("old", metavar="OLD")
@click.argument("new", metavar="NEW")
@year_option("The versions in force on 1 January of this year.")
@format_option("table", "json")
@language_option
def diff(old: str, new: str, year: int | None, form: str, lang: Language) -> None:
    """Say in words what differs between two rulebooks or versions.

    OLD and NEW are each an id, ID@VERSION or a YAML file. What can change a verdict stands apart from what is only
    worded otherwise. Whether any verdict changes at all is proven, and shown by an offer on which it does.
    """
    library = load_library((old, new))
    year = year or library.latest_year((old, new))
    before, after = (chosen_rulebook(library, name, year) for name in (old, new))
    changes, comparison = rulebook_changes(before, after), _compared(before, after)
    printed = _json if form == "json" else _table
    click.echo(printed(before, after, changes, comparison, lang), nl=False)


def _compared(before: Rulebook, after: Rulebook) -> ProofResult:
    from engine.authoring.proofs.proof import ProofResult, compare  # noqa: PLC0415

    try:
        return compare(before, after, "equals")
    except (TooComplex, NotComparable):
        return ProofResult(None)


def _table(
    before: Rulebook, after: Rulebook, changes: list[RulebookChange], comparison: ProofResult, lang: Language
) -> str:
    from cli.common.screen import Piece, Screen  # noqa: PLC0415
    from cli.rulebook.proof_report import example_text, made_otherwise_text, named_apart  # noqa: PLC0415

    wording, screen = Wording(lang), Screen()
    screen.rule(" → ".join(named_apart(before, after)))
    headings = {"meaning": message("Meaning"), "wording": message("Wording")}
    for kind, heading in headings.items():
        of_kind = [change for change in changes if change.kind == kind]
        if of_kind:
            screen.line(Piece(wording.render(heading), "bold"))
        for change in of_kind:
            screen.paragraph(f"{wording.text(change.about)}: {wording.text(change.change)}", bullet="• ")
    if not changes:
        screen.line(Piece(wording.gettext("No difference.")))
    screen.line()
    made_otherwise = facts_made_otherwise(before, after)
    conclusion = _conclusion(comparison, wording, restricted=allow_other_values(before, after))
    screen.paragraph(conclusion, "met" if comparison.holds and not made_otherwise else "undetermined", indent=0)
    if comparison.holds and made_otherwise:
        screen.paragraph(made_otherwise_text(made_otherwise, wording), "undetermined", indent=0)
    example = comparison.counterexample
    return screen.taken() + (f"\n{example_text(example, lang)}" if example else "")


def _conclusion(comparison: ProofResult, wording: Wording, *, restricted: bool) -> str:
    conclusions = {
        True: message("No verdict can change where all facts are known{restriction}."),
        False: message("Verdicts can change, for instance for this offer:"),
        None: message("It could not be shown whether a verdict can change."),
    }
    both = wording.gettext(" and allowed by both") if restricted else ""
    return wording.render(conclusions[comparison.holds], restriction=both)


def _json(
    before: Rulebook, after: Rulebook, changes: list[RulebookChange], comparison: ProofResult, lang: Language
) -> str:
    from cli.rulebook.proof_report import example_record  # noqa: PLC0415

    can_change = None if comparison.holds is None else not comparison.holds
    if comparison.holds and facts_made_otherwise(before, after):
        can_change = None
    record: dict[str, Any] = {
        "old": before.name,
        "new": after.name,
        "changes": [
            {"kind": c.kind, "about": getattr(c.about, lang), "change": getattr(c.change, lang)} for c in changes
        ],
        "verdicts_can_change": can_change,
        "example": example_record(comparison.counterexample),
    }
    return json_text(record)
