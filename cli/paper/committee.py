"""`sekskant paper committee`: the paper for a committee."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.paper.asked import Asked, OneFile, one_file_options, source_options, write_one_paper

if TYPE_CHECKING:
    from cli.paper.asked import MakePaper


@click.command()
@one_file_options
@source_options
def committee(asked: Asked, file: OneFile) -> None:
    """Write the paper for a committee.

    PATH is what `sekskant assess` takes: offer files, a register, the folder of a run, or with --journal an entry. The
    paper has a front page with space to sign, the offers by outcome, the rules in plain words, what changed, what is
    undetermined and what is missing, what people decided instead, how the rules are read, the form and justification
    of each offer, and the digests of all decisions. The same source gives the same bytes.

    Exit code: 0 done; 1 some input was rejected (the paper tells the rest); 2 usage; 4 a decision could not be proven.
    """
    write_one_paper("committee", asked, file, _maker)


def _maker() -> MakePaper:
    from cli.paper.committee_paper import committee_paper  # noqa: PLC0415 - help must not wait for it

    return committee_paper
