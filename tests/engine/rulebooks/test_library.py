"""Finding rulebooks in folders: which files are read, and which version is in force."""

from __future__ import annotations

from pathlib import Path

import pytest

from engine.diagnostics import Rejected
from engine.rulebooks.library import SHIPPED, Library
from engine.rulebooks.vocabulary_loader import load_vocabulary

VOCABULARY = """\
format: sekskant/vocabulary/1
id: {id}
title: {{da: Legepladser, en: Playgrounds}}
facts:
  fenced:
    type: judgement
    label: {{da: Indhegnet, en: Fenced}}
    question: {{da: Er den indhegnet?, en: Is it fenced?}}
"""
RULEBOOK = """\
format: sekskant/rulebook/1
id: {id}
version: "{version}"
vocabulary: {vocabulary}
language: da
in_force: {{{in_force}}}
title: {{da: Tilskud, en: Grant}}
source: {{da: Bydelens regler, en: Rules of the district}}
outcomes:
  met: {{id: granted, label: {{da: bevilget, en: granted}}}}
  not_met: {{id: refused, label: {{da: afslået, en: refused}}}}
  undetermined: {{id: undetermined, label: {{da: uafklaret, en: undetermined}}}}
rule: {{id: only, title: {{da: Regel, en: Rule}}, reference: {{da: § 1, en: section 1}}, all: [P1]}}
criteria:
  P1:
    title: {{da: Indhegnet, en: Fenced}}
    description: {{da: Den er indhegnet., en: It is fenced.}}
    reference: {{da: § 2, en: section 2}}
    met_when: {{fact: fenced}}
"""


def write_vocabulary(folder: Path, identifier: str = "playgrounds") -> None:
    folder.mkdir(exist_ok=True, parents=True)
    (folder / "vocabulary.yaml").write_text(VOCABULARY.format(id=identifier), encoding="utf-8")


def write_rulebook(
    file: Path,
    version: str,
    in_force: str,
    *,
    identifier: str = "grant",
    vocabulary: str = "playgrounds",
    more: str = "",
) -> None:
    file.parent.mkdir(exist_ok=True, parents=True)
    text = RULEBOOK.format(id=identifier, version=version, in_force=in_force, vocabulary=vocabulary)
    file.write_text(text + more, encoding="utf-8")


def versions_in_force(library: Library, year: int) -> list[str]:
    return [f"{rulebook.id}@{rulebook.version}" for rulebook in library.in_force(year)]


def test_a_version_without_a_last_day_applies_until_the_next(tmp_path: Path) -> None:
    write_vocabulary(tmp_path)
    write_rulebook(tmp_path / "b.yaml", "first", "from: 2018-01-01")
    write_rulebook(tmp_path / "a.yaml", "second", "from: 2020-01-01, until: 2020-12-31")
    write_rulebook(tmp_path / "c.yaml", "third", "from: 2021-01-01")
    library = Library(tmp_path)
    assert [versions_in_force(library, year) for year in (2018, 2019, 2020, 2021, 2030)] == [
        ["grant@first"],
        ["grant@first"],
        ["grant@second"],
        ["grant@third"],
        ["grant@third"],
    ]
    assert [library.choose("grant", year).version for year in (2019, 2020, 2022)] == ["first", "second", "third"]
    assert library.choose("grant@first", 2022).version == "first"


def test_a_gap_between_versions_is_one(tmp_path: Path) -> None:
    write_vocabulary(tmp_path)
    write_rulebook(tmp_path / "a.yaml", "first", "from: 2018-01-01, until: 2018-12-31")
    write_rulebook(tmp_path / "b.yaml", "second", "from: 2020-01-01")
    library = Library(tmp_path)
    with pytest.raises(Rejected, match="no rulebook is in force on 1 January 2019"):
        library.in_force(2019)


def test_a_rulebook_may_use_the_vocabulary_of_a_later_folder(tmp_path: Path) -> None:
    for folder, other in (("a", "b"), ("b", "a")):
        write_vocabulary(tmp_path / folder, f"words-{folder}")
        write_rulebook(
            tmp_path / folder / "rulebook.yaml",
            "1",
            "from: 2018-01-01",
            identifier=f"grant-{folder}",
            vocabulary=f"words-{other}",
        )
    library = Library(tmp_path)
    assert {rulebook.id: rulebook.vocabulary.id for rulebook in library.rulebooks} == {
        "grant-a": "words-b",
        "grant-b": "words-a",
    }


def test_a_rulebook_comes_before_its_subset_and_is_found_from_it(tmp_path: Path) -> None:
    write_vocabulary(tmp_path)
    write_rulebook(tmp_path / "a.yaml", "1", "from: 2019-01-01", identifier="a-prize", more="subset_of: grant\n")
    write_rulebook(tmp_path / "b.yaml", "old", "from: 2018-01-01")
    write_rulebook(tmp_path / "c.yaml", "new", "from: 2019-01-01")
    library = Library(tmp_path)
    assert versions_in_force(library, 2019) == ["grant@new", "a-prize@1"]
    prize = library.choose("a-prize", 2019)
    superset = library.superset_of(prize)
    assert superset is not None
    assert superset.version == "new"
    assert library.superset_of(superset) is None


def test_only_files_beside_a_vocabulary_are_read(tmp_path: Path) -> None:
    write_vocabulary(tmp_path / "rules")
    write_rulebook(tmp_path / "rules" / "rulebook.yaml", "1", "from: 2018-01-01")
    (tmp_path / "rules" / "cases").mkdir()
    for file in ("rules/cases/rulebook.yaml", "rules/notes.txt", "rulebook.yaml", "rules/rulebook.yaml.bak"):
        (tmp_path / file).write_text("not: a rulebook", encoding="utf-8")
    assert [rulebook.version for rulebook in Library(tmp_path).rulebooks] == ["1"]


def test_a_rulebook_of_ones_own_finds_its_vocabulary(tmp_path: Path) -> None:
    write_rulebook(tmp_path / "own.yaml", "1", "from: 2018-01-01", vocabulary="playgrounds")
    with pytest.raises(Rejected, match="there is no vocabulary `playgrounds`"):
        Library().choose(str(tmp_path / "own.yaml"), 2018)
    write_vocabulary(tmp_path)
    assert Library().choose(str(tmp_path / "own.yaml"), 2018).vocabulary.id == "playgrounds"


def test_a_rulebook_of_ones_own_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="unreadable: no such file or directory"):
        Library().choose(str(tmp_path / "none.yaml"), 2018)


@pytest.mark.parametrize("order", [("", "grants"), ("grants", ""), ("grants", "grants/../grants")])
def test_a_folder_that_is_named_twice_is_loaded_once(tmp_path: Path, order: tuple[str, str]) -> None:
    write_vocabulary(tmp_path / "grants")
    write_rulebook(tmp_path / "grants" / "a.yaml", "1", "from: 2018-01-01, until: 2018-12-31")
    library = Library(*(tmp_path / name for name in order))
    assert [rulebook.name for rulebook in library.rulebooks] == ["grant@1"]
    assert [rulebook.name for rulebook in library.named(str(tmp_path / "grants"), 2018)] == ["grant@1"]


def test_the_folder_of_the_shipped_rulebooks_can_be_named() -> None:
    shipped = [rulebook.name for rulebook in Library().rulebooks]
    for folder in (SHIPPED, SHIPPED / "hovedstaden"):
        assert [rulebook.name for rulebook in Library(SHIPPED, folder).rulebooks] == shipped


NATIONAL = "national.koordination"


def test_what_stands_beside_the_agreement_is_chosen_only_by_its_name() -> None:
    library = Library()
    assert NATIONAL in {rulebook.id for rulebook in library.rulebooks}
    assert [rulebook.id for rulebook in library.in_force(2018)] == [
        "hovedstaden.udviklingsstrategi",
        "hovedstaden.mest-specialiserede",
    ]
    assert library.choose(NATIONAL, 2018).name == f"{NATIONAL}@2018"
    assert [rulebook.id for rulebook in Library(SHIPPED / "national").in_force(2018)] == [NATIONAL]


def test_a_later_version_of_it_needs_its_name_too(tmp_path: Path) -> None:
    text = (SHIPPED / "national" / "koordination-2018.yaml").read_text(encoding="utf-8")
    (tmp_path / "later.yaml").write_text(text.replace("2018", "2019"), encoding="utf-8")
    library = Library(SHIPPED, tmp_path)
    assert (library.latest_year(), library.latest_year([NATIONAL])) == (2018, 2019)
    assert NATIONAL not in {rulebook.id for rulebook in library.in_force(2018)}
    with pytest.raises(Rejected):
        library.in_force(2019)
    assert library.choose(NATIONAL, 2019).version == "2019"


def test_offer_files_of_the_region_are_read_with_its_words() -> None:
    terms = [
        load_vocabulary((SHIPPED / f / "vocabulary.yaml").read_bytes(), f).terms for f in ("hovedstaden", "national")
    ]
    assert terms[0] == terms[1]
