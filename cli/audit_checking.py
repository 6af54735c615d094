"""The `audit` commands that check a journal: verify, head, replay."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.audit_common import entry_number, format_option, opened, print_json
from cli.console import Exit, language_option, stop
from cli.journal_options import journal_option

if TYPE_CHECKING:
    from engine.wording import Language


@click.command(short_help="Verify entries, chain, rulebooks and batch files.")
@click.option("--head", "digest", metavar="DIGEST", help="The head digest from the minutes.")
@click.option("--count", type=click.IntRange(0), help="How many entries the journal had then.")
@format_option("text", "json")
@journal_option
@language_option
def verify(digest: str | None, count: int | None, form: str, journal: str, lang: Language) -> None:
    """Verify every entry, the chain, and the rulebooks and batch files that entries name.

    Says what is wrong: which entry was altered in which field, removed, inserted or moved. That the last entries were
    cut off shows only against the head and count that `sekskant audit head` printed before: give them as --head and
    --count.

    Exit code: 0 the journal holds; 4 it does not.
    """
    from cli.audit_text import report_record, report_text  # noqa: PLC0415 - only what is used is loaded
    from engine.journal_verify import verify as verified  # noqa: PLC0415
    from offers.replay import altered_parts, describing  # noqa: PLC0415

    with opened(journal) as source:
        replayer = describing(source.text)
        report = verified(source, count=count, digest=digest, where=lambda entry: altered_parts(replayer, entry))
    if form == "json":
        print_json(report_record(report))
    else:
        click.echo(report_text(report, lang, was_compared=digest is not None), nl=False)
    stop(Exit.INTEGRITY if report.faults else Exit.DONE)


@click.command(short_help="Print the count and head digest, for the minutes.")
@format_option("text", "json")
@journal_option
@language_option
def head(form: str, journal: str, lang: Language) -> None:
    """Print how many entries there are and the digest of the last: to be put in the minutes."""
    from engine.wording import Wording  # noqa: PLC0415 - only what is used is loaded

    with opened(journal) as source:
        found = source.head()
    if form == "json":
        print_json({"count": found.entries, "head": found.digest})
        return
    pick = Wording(lang).pick
    click.echo(f"{pick('Antal', 'Count')}: {found.entries}\n{pick('Hoved', 'Head')}: {found.digest}")


@click.command(short_help="Decide again from what is recorded, and compare.")
@click.argument("identifier", metavar="[ID]", required=False)
@click.option("--run", metavar="RUN", help="Every decision of this run.")
@click.option("--all", "every", is_flag=True, help="Every decision in the journal.")
@format_option("text", "json")
@journal_option
@language_option
def replay(identifier: str | None, run: str | None, every: bool, form: str, journal: str, lang: Language) -> None:
    """Decide again from the recorded evidence by the recorded rulebook, and say whether it comes out identical.

    Neither the offer files nor the rulebook files are needed. Says of each decision: identical, different (where), or
    not replayable (why).

    Exit code: 0 all identical; 4 some are not.
    """
    if sum((identifier is not None, run is not None, every)) != 1:
        raise click.UsageError("give the ID of an entry, --run RUN or --all")
    from cli.audit_replay import replay_record, replay_text, replayed  # noqa: PLC0415 - only what is used is loaded
    from engine.journal import Filter  # noqa: PLC0415

    with opened(journal) as source:
        if identifier is not None:
            entries = iter([source.entry(entry_number(identifier))])
        else:
            entries = source.entries(Filter(run=run))
        results = replayed(source, entries)
        if form == "json":
            listed = list(results)
            print_json([replay_record(result) for result in listed])
            is_sound = all(result.is_identical for result in listed)
        else:
            is_sound = replay_text(results, lang, each=identifier is not None)
    stop(Exit.DONE if is_sound else Exit.INTEGRITY)
