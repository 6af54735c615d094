"""`sekskant paper annex`: the annex of the agreement."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from cli.paper.asked import Asked, OneFile, one_file_options, source_options, write_one_paper

if TYPE_CHECKING:
    from cli.paper.asked import MakePaper


@click.command()
@one_file_options
@source_options
def annex(asked: Asked, file: OneFile) -> None:
    """Write the annex of the agreement.

    PATH is what `sekskant assess` takes. The annex has the rules in plain words, who entered and who left with the
    ground (--previous), the offers by target group with sums of offers and places, the readings, the forms of the most
    specialised offers, and the digests of all decisions.

    Exit code: 0 done; 1 some input was rejected (the paper tells the rest); 2 usage; 4 a decision could not be proven.
    """
    write_one_paper("annex", asked, file, _maker)


def _maker() -> MakePaper:
    from cli.paper.annex_paper import annex_paper  # noqa: PLC0415 - help must not wait for it

    return annex_paper
