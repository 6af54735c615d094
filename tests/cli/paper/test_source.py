"""What a paper says of where its decisions come from: the register and its run or entry, the day, rejected rows."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import pytest

from cli.paper.source import called
from engine.explanation.paper import Pairs, Paper, statements_of
from tests.cli.paper.papers import committee, source_of
from tests.command import here

HEAD = "id;name;operator_name;operator_kind;cases_per_10000\n"
YEAR = ("--year", "2018")


class Made(NamedTuple):
    """A register with a row that is rejected, its run, and the journal that records the run and an override."""

    register: str
    run: str
    journal: str


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("source")
    made = Made(*(str(folder / name) for name in ("register.csv", "run", "j.db")))
    rows = "a;Ålykke;Gentofte;municipality;4\nb;Birk;Gentofte;municipality;mange\nc;Ceder;Herlev;municipality;2\n"
    Path(made.register).write_text(HEAD + rows, encoding="utf-8")
    assert here("reclassify", made.register, *YEAR, "--no-list", "--out", made.run, "--journal", made.journal).code == 1
    reason = ("--verdict", "met", "--because", "Aftalt.", "--by", "Åse Ø")
    address = "1/a@hovedstaden.udviklingsstrategi"
    assert here("audit", "override", address, "--journal", made.journal, *reason).code == 0
    return made


def particulars(paper: Paper) -> dict[str, str]:
    """The labels on the front page with what they say."""
    (pairs,) = (block for block in paper.front if isinstance(block, Pairs))
    return {label: value.text for label, value in pairs.rows}


@pytest.mark.slow
def test_the_source_is_the_register_and_where_it_was_decided(made: Made) -> None:
    said = {
        ("run", None): "register.csv (kørslen run)",
        ("run", "j.db"): "register.csv (kørslen run, post 1 i journalen)",
        ("1", "j.db"): "register.csv (post 1 i journalen)",
        ("1/c", "j.db"): "register.csv (post 1/c i journalen)",
    }
    for (named, journal), words in said.items():
        path = made.run if named == "run" else named
        source = source_of("da", [path], journal and made.journal, None)
        paper = committee(source, "da", source.day(None))
        assert particulars(paper)["Kilde"] == words
        assert dict(source.digests)["register.csv"] == dict(source_of("da", [made.register]).digests)["register.csv"]
        # The day is that of the journal, where that is printed.
        assert ("Dato" in particulars(paper)) == (journal is not None)
        digests = [statement.text for statement in statements_of(paper)]
        assert all(digest in digests for _, digest in source.digests)


@pytest.mark.slow
def test_the_day_is_that_of_the_latest_entry_that_is_printed(made: Made) -> None:
    source = source_of("da", [made.run], made.journal, None)
    standing = [source.beside.overridden(trace) for decisions in source.decisions for trace in decisions]
    (overridden,) = {one.entry.recorded_at for one in standing if one is not None}
    assert source.recorded_at == overridden
    alone = source_of("da", ["1/c"], made.journal, None)
    assert alone.recorded_at is not None
    assert alone.recorded_at < overridden


def test_a_register_is_called_by_its_name_and_without_a_password(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text(f"{HEAD}a;Ålykke;Gentofte;municipality;4\n", encoding="utf-8")
    assert particulars(committee(source_of("da", [str(tmp_path / "r.csv")])))["Kilde"] == "r.csv"
    assert called("postgresql+psycopg://ida:hemmelig@host/tilbud#register").count("hemmelig") == 0
