"""The `audit` commands that read a journal: list, show, why, why-not, history."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from cli.audit.shared import as_it_stands, entries_wanted, filter_options, leaving_out, opened, recorded
from cli.common.json_output import print_json
from cli.common.option_values import RulebookName, Words
from cli.common.options import format_option, journal_option, language_option, rulebook_option

if TYPE_CHECKING:
    from engine.texts.catalogue import Language


@click.command("list")
@filter_options
@click.option("--latest", type=click.IntRange(1), metavar="N", help="Only the last N entries.")
@format_option("table", "json", "csv")
@journal_option
@language_option
def list_entries(latest: int | None, journal: str, form: str, lang: Language, **options: str | int | None) -> None:
    """List entries: what was decided on what, when and by whom."""
    from cli.audit.entry_text import LISTS  # noqa: PLC0415 - only what is used is loaded
    from cli.common.overrides import StandingOverrides  # noqa: PLC0415

    with opened(journal) as source, leaving_out() as damaged:
        overrides = StandingOverrides(source, str(options["offer"]) if options["offer"] else None)
        entries = entries_wanted(source, options, damaged, brief=True, latest=latest)
        for text in LISTS[form](entries, lang, overrides.made_on, source):
            sys.stdout.write(text)
        damaged += [diagnostic for diagnostic in overrides.damaged if diagnostic not in damaged]


@click.command()
@click.argument("identifier", type=Words(), metavar="ID")
@format_option("tree", "json")
@click.option("--engine", "with_fired", is_flag=True, help="Show the rules that fired in the engine, too.")
@journal_option
@language_option
def show(identifier: str, form: str, with_fired: bool, journal: str, lang: Language) -> None:
    """Show a recorded decision: its whole trace as a tree.

    ID is an entry's number; NUMBER/OFFER for a decision of a run (NUMBER/OFFER@RULEBOOK where there are several). The
    decision is made again from what is recorded, and must come out as it is recorded;
    where it does not, or cannot be made again, the record is shown as it is, and that is said.
    """
    from cli.audit.show import check_whole, entry_json, entry_text  # noqa: PLC0415 - only what is used is loaded

    with opened(journal) as source:
        entry = as_it_stands(source, identifier)
        text = entry_json(source, entry) if form == "json" else entry_text(source, entry, lang, with_fired=with_fired)
        click.echo(text, nl=False)
        check_whole(source, entry)


@click.command(short_help="Show the decisive part of a trace.")
@click.argument("identifier", type=Words(), metavar="ID")
@journal_option
@language_option
def why(identifier: str, journal: str, lang: Language) -> None:
    """Show why a decision came out as it did: only the part of its trace from which the verdict follows."""
    from cli.audit.why import why_text  # noqa: PLC0415 - only what is used is loaded

    with opened(journal) as source:
        click.echo(why_text(source, recorded(source, identifier), lang), nl=False)


@click.command("why-not", short_help="Show what would have had to be different.")
@click.argument("identifier", type=Words(), metavar="ID")
@click.option(
    "--outcome",
    type=Words(),
    required=True,
    metavar="OUTCOME",
    help="The outcome it did not get, in the rulebook's word.",
)
@journal_option
@language_option
def why_not(identifier: str, outcome: str, journal: str, lang: Language) -> None:
    """Show what would have had to be different for another outcome, the smallest change first."""
    from cli.audit.why import why_not_text  # noqa: PLC0415 - only what is used is loaded

    with opened(journal) as source:
        click.echo(why_not_text(source, recorded(source, identifier), outcome, lang), nl=False)


@click.command(short_help="Show every decision on an offer, and what changed.")
@click.argument("offer", type=Words(), metavar="OFFER")
@rulebook_option(type=RulebookName())
@format_option("text", "json")
@journal_option
@language_option
def history(offer: str, rulebook: str | None, form: str, journal: str, lang: Language) -> None:
    """Show every decision on an offer over the years: what changed from one to the next, and why.

    A change is caused by the data (the evidence, with its year), by the rule (the rulebook, with its thresholds), by
    either alone, or by both together. The smallest sets of what changed are named, of which each would have been
    enough.
    """
    from cli.audit.history import history_record, history_text  # noqa: PLC0415 - only what is used is loaded

    with opened(journal) as source, leaving_out() as damaged:
        if form == "json":
            print_json(history_record(source, offer, rulebook, damaged))
        else:
            click.echo(history_text(source, offer, rulebook, lang, damaged), nl=False)
