"""What a paper says of where its decisions come from: the register and its run or entry, the day, rejected rows."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import NamedTuple

import pytest

from cli.common.paper_page import paper_page
from cli.paper.source import called
from engine.explanation.paper import PARTS_OF, Block, Pairs, Paper, PaperKind, Statement, groups_in, statements_of
from tests.cli.paper.papers import committee, paper_of, source_of
from tests.command import here

HEAD = "id;name;operator_name;operator_kind;cases_per_10000\n"
YEAR = ("--year", "2018")


class Made(NamedTuple):
    """A register with a row that is rejected, its run, a journal that records it, and one with an override as well."""

    register: str
    run: str
    plain_journal: str
    journal: str


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Made:
    folder = tmp_path_factory.mktemp("source")
    made = Made(*(str(folder / name) for name in ("register.csv", "run", "plain.db", "j.db")))
    rows = "a;Ålykke;Gentofte;municipality;4\nb;Birk;Gentofte;municipality;mange\nc;Ceder;Herlev;municipality;2\n"
    Path(made.register).write_text(HEAD + rows, encoding="utf-8")
    run = ("reclassify", made.register, *YEAR, "--no-list", "--out", made.run, "--journal", made.plain_journal)
    assert here(*run).code == 1
    shutil.copy(made.plain_journal, made.journal)
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


REJECTED = "1 række i kilden blev afvist på grund af fejl, så tilbuddet i den ikke er vurderet her."


@pytest.mark.slow
@pytest.mark.parametrize("kind", PARTS_OF)
def test_the_front_page_says_how_many_rows_were_rejected_and_verify_holds_it(
    kind: PaperKind, made: Made, tmp_path: Path
) -> None:
    path = tmp_path / "p.html"
    for source in (
        source_of("da", [made.register]),
        source_of("da", [made.run], None, None),
        source_of("da", ["1"], made.plain_journal, None),
    ):
        paper = paper_of(kind, source)
        page = paper_page(paper).decode()
        assert page.count(REJECTED) == 2  # on the front page, and in what the paper carries
        assert page.index(REJECTED) < page.index("rejected.csv") < page.index("<table")
        front = tuple(
            block for block in paper.front if not any(one.text.startswith(REJECTED) for one in said_in(block))
        )
        left_out = paper_page(paper._replace(front=front)).decode()
        forged = page.replace("1 række i kilden blev afvist", "7 rækker i kilden blev afvist")
        for text, code in ((page, 0), (forged, 4), (left_out, 4)):
            path.write_text(text, encoding="utf-8")
            assert here("paper", "verify", str(path)).code == 0
            for option, value in (("--run", made.run), ("--journal", made.plain_journal)):
                ran = here("paper", "verify", str(path), option, value)
                # A run that differs in that alone is another one; a journal has the runs that decided all of it.
                assert ran.code == (5 if code and option == "--run" else code), ran.out


def said_in(block: Block) -> list[Statement]:
    """The statements of a block."""
    return [one for group in groups_in(block) for one in group]


def test_a_register_is_called_by_its_name_and_without_a_password(tmp_path: Path) -> None:
    (tmp_path / "r.csv").write_text(f"{HEAD}a;Ålykke;Gentofte;municipality;4\n", encoding="utf-8")
    assert particulars(committee(source_of("da", [str(tmp_path / "r.csv")])))["Kilde"] == "r.csv"
    assert called("postgresql+psycopg://ida:hemmelig@host/tilbud#register").count("hemmelig") == 0


@pytest.mark.slow
def test_another_run_is_told_apart_from_what_was_decided_again_since(made: Made, tmp_path: Path) -> None:
    """A run is not newer because it is another one: what is known of it is said, and what it has no decision on."""
    before, out = str(tmp_path / "before"), str(tmp_path / "p.html")
    register = tmp_path / "register.csv"
    register.write_text(f"{HEAD}a;Ålykke;Gentofte;municipality;400\n", encoding="utf-8")
    assert here("reclassify", str(register), *YEAR, "--no-list", "--out", before).code == 0

    def verified(*more: str) -> str:
        ran = here("paper", "verify", out, *more, "--lang", "en")
        assert ran.code == 5, ran.out
        return " ".join(ran.out.split())

    for previous, known in (
        (("--previous", before), "The run is older than the paper"),
        ((), "Whether the run is older"),
    ):
        assert here("paper", "committee", made.run, *previous, "--lang", "en", "--out", out).code == 0
        said = verified("--run", before)
        assert "Not what this run says" in said
        assert known in said
        assert "Ceder is not among the offers that the run decided." in said
        assert "again since" not in said
    said = verified("--journal", made.journal)
    assert "Outdated: people have decided otherwise since." in said
    assert "Ålykke is not among the offers that the run decided." in verified("--run", _of_others(tmp_path))


def _of_others(folder: Path) -> str:
    """A run that decided none of the offers."""
    register, run = folder / "others.csv", str(folder / "others")
    register.write_text(f"{HEAD}x;Xenia;Gentofte;municipality;400\n", encoding="utf-8")
    assert here("reclassify", str(register), *YEAR, "--no-list", "--out", run).code == 0
    return run


@pytest.mark.slow
def test_of_a_run_too_each_rulebooks_own_decision_says_where_they_contradict_each_other(tmp_path: Path) -> None:
    """A decision of a run knows no more of the wider rulebook than the evidence that was kept with it."""
    facts = ["self_supply_needed", "no_alternative_in_region", "whole_region_catchment_needed", "special_competencies"]
    head = ["id", "name", "operator_kind", "cases_per_10000", "severe_complexities", "outside_share_mean", *facts]
    cells = ["a", "Ålykke", "municipality", "0.4", "5", "<0.5", "yes", "yes", "yes", "yes"]
    register, run = tmp_path / "r.csv", tmp_path / "run"
    register.write_text(f"{','.join(head)}\n{','.join(cells)}\n", encoding="utf-8")
    assert here("reclassify", str(register), *YEAR, "--no-list", "--out", str(run)).code == 0
    paper = committee(source_of("da", [str(run)], None, None))
    front = " ".join(one.text for block in paper.front for one in said_in(block))
    assert "Uoverensstemmelse: 1 tilbud er mest specialiseret, men ikke omfattet af udviklingsstrategien." in front
    texts = [one.text for one in statements_of(paper)]
    assert [text for text in texts if "Om det gælder her, er uafklaret" in text] == []
    assert any(text.startswith("Uoverensstemmelse: Tilbuddet er mest specialiseret, men ikke") for text in texts)
