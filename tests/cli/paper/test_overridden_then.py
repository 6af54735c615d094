"""What people had decided when a run was made is told of a run alone, too: the outcome of the rule is not theirs."""

from __future__ import annotations

from pathlib import Path

import pytest

from cli.common.paper_page import paper_page
from engine.explanation.paper import PaperKind
from tests.cli.paper.papers import paper_of, source_of
from tests.command import here

ROWS = "id,name,operator_name,operator_kind,diagnoses\na,Ahorn,Herlev,municipality,1\nb,Birk,Herlev,municipality,1\n"
TOLD = "people had recorded another outcome than that of the rulebook \u201cCovered by"
REASON = "Ahorn: covered by the development strategy. Reason: Agreed."


@pytest.fixture(scope="module")
def run_and_journal(tmp_path_factory: pytest.TempPathFactory) -> tuple[str, str]:
    """The folder of a run that holds what people had decided, and its journal."""
    folder = tmp_path_factory.mktemp("then")
    register, journal = folder / "register.csv", str(folder / "j.db")
    register.write_text(ROWS, encoding="utf-8")
    run = ("reclassify", str(register), "--year", "2018", "--no-list", "--no-report", "--journal", journal, "--out")
    assert here(*run, str(folder / "first")).code == 0
    reason = ("--verdict", "met", "--because", "Agreed.", "--by", "Åse Ø")
    address = "1/a@hovedstaden.udviklingsstrategi"
    assert here("audit", "override", address, "--journal", journal, *reason).code == 0
    assert here(*run, str(folder / "second")).code == 0
    return str(folder / "second"), journal


@pytest.mark.slow
@pytest.mark.parametrize("command", [("paper", "committee"), ("paper", "annex"), ("assess",)], ids=" ".join)
def test_a_run_alone_says_that_people_had_decided_otherwise(
    command: tuple[str, ...], run_and_journal: tuple[str, str]
) -> None:
    run, journal = run_and_journal
    alone, beside = (here(*command, run, *more, "--lang", "en", columns=300) for more in ((), ("--journal", journal)))
    assert "people had decided otherwise on 1 offer: --journal names who did, and when" in alone.err
    assert "had decided otherwise" not in beside.err
    assert "Åse Ø" in beside.out
    if command[0] == "paper":
        assert (TOLD in alone.out, REASON in alone.out) == (True, True)
        assert (TOLD in beside.out, REASON in beside.out) == (False, False)


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["committee", "letter", "annex"])
def test_what_a_paper_says_of_it_is_held_against_the_run(
    kind: PaperKind, run_and_journal: tuple[str, str], tmp_path: Path
) -> None:
    run, journal = run_and_journal
    made, path = paper_of(kind, source_of("en", [run], None, None), None, "en"), tmp_path / "p.html"
    page = paper_page(made).decode()
    assert REASON in page
    path.write_text(page, encoding="utf-8")
    assert here("paper", "verify", str(path), "--run", run, "--lang", "en").code == 0
    # It tells the outcomes of the rule, and the journal those of people.
    assert here("paper", "verify", str(path), "--journal", journal, "--lang", "en").code == 5
    path.write_text(page.replace(REASON, REASON.replace("Agreed", "Refused")), encoding="utf-8")
    ran = here("paper", "verify", str(path), "--run", run, "--lang", "en")
    assert ran.code == 4, ran.out
    with_journal = tmp_path / "q.html"
    assert here("paper", "committee", run, "--journal", journal, "--out", str(with_journal)).code == 0
    assert here("paper", "verify", str(with_journal), "--run", run).code == 0
