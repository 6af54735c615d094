"""What is said in one language has no word of the other one in it, no id in place of a name, and no value of Python.

Views are those of `tests/cli/views`, which are compared with what the commands print; the rest is asked for here.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
import yaml
from babel.dates import get_month_names
from docx import Document
from docx.document import Document as DocumentObject
from docx.oxml.ns import qn

from engine.authoring.lints.check import check
from engine.authoring.lints.registry import LINTS
from engine.diagnostics import Diagnostic, Rejected
from engine.rulebooks.library import Library
from engine.rulebooks.rulebook import Rulebook
from engine.texts.catalogue import Language
from engine.texts.days import MONTHS
from tests.command import DATA, ROOT, Ran, here
from tests.languages import left_over, one_line

LANGUAGES: tuple[Language, ...] = ("da", "en")
BROKEN, TABLES, CASES = (ROOT / "tests" / "broken" / name for name in ("offers", "tables", "cases"))
VIEWS = ROOT / "tests" / "cli" / "views"
WIDE = 2000
"""Wide enough that nothing is broken over lines, so that the words of people are found in it."""
STRATEGY, SPECIALISED = "hovedstaden.udviklingsstrategi", "hovedstaden.mest-specialiserede"

FOR_READERS = (
    "rulebook list",
    "rulebook check",
    "rulebook test",
    f"rulebook prove {STRATEGY}",
    f"rulebook table {STRATEGY}",
    f"rulebook table {STRATEGY} --format md",
    f"rulebook table {STRATEGY} --format html",
    "register show",
    "register check",
    pytest.param(f"assess {DATA}", marks=pytest.mark.slow),
    f"assess {DATA} --summary",
    pytest.param(f"assess {DATA} --format html", marks=pytest.mark.slow),
    f"assess {DATA} --format html --summary",
)
FOR_AUTHORS = (
    f"rulebook show {STRATEGY}",
    f"rulebook show {SPECIALISED}",
    f"rulebook diff {STRATEGY} {SPECIALISED}",
    f"rulebook prove {SPECIALISED} --implies {STRATEGY}",
    "offer new --name Solhøj",
)
"""Commands for those who write rulebooks and offer files: they name what is written there by its ids."""
UNREADABLE_RECORDS = {
    "show-altered": "what was altered is shown as it is recorded",
    "verify-altered": "what was altered is named as the journal names it",
    "verify-seals-altered": "what was altered is named as the journal names it",
    "receipt-verify-altered": "the rulebook in it was altered, so that nobody knows what its outcome is called",
    "tree-fired": "rules that fired are named as durable-rules names them",
}
"""Views that show what only the record or the evaluator knows, with the reason."""
SHOWN = sorted(
    path.name
    for path in (VIEWS / "expected").iterdir()
    if re.search(r"\.(da|en)\.(txt|html)\Z", path.name) and path.name.split(".")[0] not in UNREADABLE_RECORDS
)


def strings(value: object) -> Iterator[str]:
    """The texts in a document."""
    match value:
        case dict():
            for part in value.values():
                yield from strings(part)
        case list():
            for part in value:
                yield from strings(part)
        case str():
            yield from (one_line(part) for part in value.splitlines())
            yield one_line(value)


@cache
def said_by_people() -> tuple[str, ...]:
    """The texts of offers and of the printed register, which nobody translates; the longest first."""
    folders = (DATA, VIEWS / "offers", VIEWS / "again")
    files = [file for folder in folders for file in folder.glob("*.yaml")]
    texts = {text for file in files for text in strings(list(yaml.load_all(file.read_text(), yaml.BaseLoader)))}
    texts |= {one_line(cell) for file in DATA.glob("*.csv") for cell in re.split('[,"\n]', file.read_text())}
    texts |= {"Tallene er afrundet; gennemsnittet er 50 %.", "Tallene er afrundet; gennemsnittet er 50 %"}
    whole = {text for text in texts if " " in text or text[:1].isupper() or text in ("tilbuddet", "taskforcen")}
    return tuple(sorted(whole | {text.removesuffix(".") for text in whole}, key=len, reverse=True))


@cache
def ids() -> frozenset[str]:
    """What rulebooks and offer files call facts, answers and the like, and the keys of offer files."""
    keys = {"agreement_with", "as_of", "at_least", "at_most", "target_group"}
    return frozenset(keys.union(*map(_ids_of, Library().rulebooks)))


def _ids_of(rulebook: Rulebook) -> set[str]:
    facts = rulebook.vocabulary.facts
    own = {*facts, *(answer for fact in facts.values() for answer in fact.answers), rulebook.rule.id}
    own |= {outcome.id for outcome in rulebook.outcomes.values()} | {override.id for override in rulebook.overrides}
    return own | {term for terms in rulebook.vocabulary.terms.values() for term in terms}


def run(command: str, language: Language) -> Ran:
    """What a command prints, with nothing broken over lines."""
    locale = {"LC_ALL": "da_DK.UTF-8"} if language == "da" else {"LC_ALL": "C.UTF-8"}
    return here(*command.split(), environment={"SEKSKANT_ENGINE": "reference", **locale}, columns=WIDE)


@pytest.mark.parametrize("name", SHOWN)
def test_a_view_is_in_one_language(name: str) -> None:
    language: Language = "da" if ".da." in name else "en"
    assert left_over((VIEWS / "expected" / name).read_text(), language, said_by_people()) == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("command", FOR_READERS)
def test_what_a_command_prints_is_in_one_language(command: str, language: Language) -> None:
    ran = run(command, language)
    assert left_over(ran.out + ran.err, language, said_by_people()) == set()


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("command", FOR_AUTHORS)
def test_what_authors_read_is_in_one_language_but_for_ids(command: str, language: Language) -> None:
    text = re.sub(r"(?<![\w])[a-z_0-9]+:(?= |$)", "", run(command, language).out, flags=re.MULTILINE)  # keys of a file
    assert left_over(text, language, said_by_people()) - ids() - {"yes"} == set()


@pytest.mark.parametrize("name", sorted(str(f.relative_to(BROKEN).with_suffix("")) for f in BROKEN.rglob("*.yaml")))
def test_what_is_wrong_with_an_offer_is_told_in_danish(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(BROKEN)
    assert left_over(run(f"assess {name}.yaml --year 2018 --summary", "da").err, "da") == set()


@pytest.mark.parametrize("name", sorted(file.stem for file in CASES.glob("*.yaml")))
def test_what_is_wrong_with_a_case_is_told_in_danish(name: str, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "rules" / "hovedstaden", tmp_path / "rules", ignore=shutil.ignore_patterns("cases"))
    (tmp_path / "rules" / "cases").mkdir()
    shutil.copy(CASES / f"{name}.yaml", tmp_path / "rules" / "cases")
    ran = run(f"rulebook test {tmp_path}/rules", "da")
    assert ran.err.startswith(f"{tmp_path}/rules/cases/{name}.yaml:")
    assert left_over(ran.err, "da") == set()


@pytest.mark.parametrize(
    "name", [*sorted(file.name for file in TABLES.iterdir() if file.suffix in (".csv", ".parquet")), "not-columnar"]
)
def test_what_is_wrong_with_a_table_is_told_in_danish(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    is_folder = name == "not-columnar"
    monkeypatch.chdir(TABLES / name if is_folder else TABLES)
    table = "register.csv --rulebook rulebook.yaml" if is_folder else name
    ran = run(f"reclassify {table} --year 2018 --out {tmp_path}/run", "da")
    assert left_over(ran.err.replace(str(tmp_path), ""), "da") == set()


def said(diagnostics: list[Diagnostic]) -> str:
    """Diagnostics as the command prints them in Danish."""
    return "\n".join(line for diagnostic in diagnostics for line in diagnostic.lines("da"))


@pytest.mark.parametrize("name", sorted(f.name for f in (ROOT / "tests" / "broken" / "rulebooks").iterdir()))
def test_what_is_wrong_with_a_rulebook_is_told_in_danish(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / "tests" / "broken" / "rulebooks" / name)
    with pytest.raises(Rejected) as caught:
        Library(Path())
    assert left_over(said(list(caught.value.diagnostics)), "da") == set()


@pytest.mark.parametrize("code", sorted(LINTS))
def test_a_lint_is_told_in_danish(code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(ROOT / "tests" / "lints" / code / "broken")
    assert left_over(said(check([Path()])), "da") == set()


def test_what_is_wrong_is_told_in_english() -> None:
    folders = (BROKEN, TABLES, CASES, ROOT / "tests" / "lints", ROOT / "tests" / "broken" / "rulebooks")
    files = [file for folder in folders for file in folder.rglob("*.txt") if not file.name.endswith(".da.txt")]
    texts = [file.read_text() for file in files]
    assert len(texts) > 80
    assert {word for text in texts for word in left_over(text, "en")} == set()


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_asked_is_asked_in_one_language(language: Language, tmp_path: Path) -> None:
    answers = "X Y\ndemo.rule\n2027\nX\nY\nX\nY\nnonsense\nX|Y|1\nX2|Y2|2|at_least 3\n\n1\n"
    locale = {"LC_ALL": "da_DK.UTF-8"} if language == "da" else {"LC_ALL": "C.UTF-8"}
    asked = here("rulebook", "new", str(tmp_path / "rules"), environment=locale, stdin=answers.encode(), columns=WIDE)
    assert asked.code in (0, 2), asked.err
    assert left_over(asked.err.replace(str(tmp_path), ""), language) - {"at_least"} == set()


A_DAY = f"""
assess offers --year 2018 --summary --journal j.db --by Ane
audit override 1 --verdict met --because Regnefejl --by Bo --journal j.db
audit head --journal j.db
audit verify --journal j.db
audit list --journal j.db
audit show 1 --journal j.db
audit show 999 --journal j.db
audit history linden --journal j.db
audit history nobody --journal j.db
audit why 1 --journal j.db
audit why-not 1 --outcome nothing --journal j.db
audit receipt 1 --journal j.db --out receipt.json
receipt verify receipt.json --journal j.db
audit replay --all --journal j.db
audit export --format csv --out entries.csv --journal j.db
audit seal --year 2018 --date 2018-12-31 --out seal.json --journal j.db
audit verify --seal seal.json --journal j.db
audit cosign seal.json --key nobody.pem
reclassify before.csv --year 2018 --out before
reclassify after.csv --year 2018 --previous before --out after --journal j.db --by Ane
reclassify offers --year 2018 --previous published --out published
audit list --journal j.db --latest 2
preview after.csv --year 2018 --rulebook {STRATEGY} --against {STRATEGY}
register template --out empty.xlsx
register template --with-evidence offers --out full.xlsx
register complete offers full.xlsx --out completed.xlsx
register complete full.xlsx offers --out full.xlsx --force
register show --table 99
offer new --name Solen --out solen.yaml
assess solen.yaml --require-decided
assess nowhere
assess offers --year 1950
assess offers --rulebook nothing
rulebook fmt --check rules
rulebook test rules --coverage
rulebook export {STRATEGY} --format dmn --output strategy.dmn
rulebook show nothing
rulebook next {STRATEGY} --year 2019 --out mine
rulebook next {STRATEGY} --year 2019 --out mine
rulebook next {STRATEGY} --year 2018 --out mine
rulebook next nothing --year 2019 --out mine
rulebook check mine
rulebook test mine
rulebook diff {STRATEGY}@2018 mine
assess offers --rulebook mine --year 2019
reclassify offers --rulebook mine --year 2019 --out mine-2019 --no-cache
paper committee offers --year 2018 --previous published --out committee.html --journal j.db
paper committee 1 --journal j.db --out entry.docx --date 2018-12-31
paper verify committee.html
paper verify committee.html --journal j.db
paper verify entry.docx --journal j.db
paper verify committee.html --run published
paper verify solen.yaml
paper letters offers --year 2018 --deadline 2019-01-31 --out breve
paper annex offers --year 2018 --out annex.html
paper template committee --out mine.docx
paper committee offers --year 2018 --template mine.docx --set case_number=27/2018 --out mine-filled.docx
paper committee offers --year 2018 --set nothing=1 --out refused.docx
paper committee offers --year 2018 --template solen.yaml --out refused.docx
paper committee nowhere --out refused.docx
paper committee offers --year 2018 --out refused.txt
"""
"""Commands as somebody gives them one after the other, some of them with mistakes."""


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_day_of_work_is_in_one_language(language: Language, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    shutil.copytree(VIEWS / "offers", "offers")
    shutil.copytree(ROOT / "rules" / "hovedstaden", "rules")
    for name in ("before.csv", "after.csv"):
        shutil.copy(VIEWS / name, name)
    left = {}
    for command in A_DAY.strip().splitlines():
        ran = run(command, language)
        printed = "" if ran.out.startswith("{") else ran.out
        left[command] = left_over(ran.err, language) | left_over(printed, language, said_by_people())
    for paper in (*tmp_path.glob("*.html"), *tmp_path.rglob("*.docx")):
        text = texts_of(Document(str(paper))) if paper.suffix == ".docx" else paper.read_text(encoding="utf-8")
        left[paper.name] = left_over(text, language, said_by_people())
    assert {command: words for command, words in left.items() if words} == {}


def texts_of(document: DocumentObject) -> str:
    """The texts of a Word document: of its body, and of what stands above and below each page."""
    parts = [document.element.body, *(part._element for s in document.sections for part in (s.header, s.footer))]
    text = "\n".join(paragraph.text for part in parts for paragraph in part.iter(qn("w:p")))
    return re.sub(r"\{[{%].*?[%}]\}", "", text)  # what a template is filled with


@pytest.mark.parametrize("file", sorted((VIEWS / "expected").glob("*.csv")), ids=lambda file: file.name)
def test_no_table_has_a_value_of_python(file: Path) -> None:
    assert re.findall(r"\b(None|True|False)\b", file.read_text()) == []


def test_months_are_those_of_babel() -> None:
    for language in LANGUAGES:
        names = get_month_names("wide", "format", {"da": "da_DK", "en": "en_GB"}[language])
        assert [month.in_language(language) for month in MONTHS] == [names[number] for number in range(1, 13)]
