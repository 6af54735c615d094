"""Versions of one rulebook in several places: each is found, and none stands in two."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from engine.diagnostics import Rejected
from engine.rulebooks.library import OWN_PLACES, SHIPPED, Library
from tests.engine.rulebooks.test_library import write_rulebook, write_vocabulary
from tests.next_year import HEAD, write_next

ID = "hovedstaden.udviklingsstrategi"
BESIDE = "hovedstaden.mest-specialiserede"


@pytest.fixture
def own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A place of one's own with the version of 2019, which the environment names."""
    folder = tmp_path / "own"
    write_next(folder, "changes: {}\n")
    monkeypatch.setenv(OWN_PLACES, str(folder))
    return folder


def names(library: Library, year: int) -> list[str]:
    return [rulebook.name for rulebook in library.in_force(year)]


def test_a_place_of_ones_own_is_a_series_like_those_shipped(own: Path) -> None:
    library = Library.of_environment()
    assert library.latest_year() == 2019
    assert names(library, 2018) == [f"{ID}@2018", f"{BESIDE}@2018"]
    assert names(library, 2019) == [f"{ID}@2019"]
    assert library.choose(ID, 2019).file.endswith("2019.yaml")
    assert library.choose(f"{ID}@2019", 2018).version == "2019"
    assert library.choose(ID, 2018).version == "2018"


def test_without_the_environment_there_is_what_is_shipped(own: Path) -> None:
    assert Library().latest_year() == Library(SHIPPED).latest_year() == 2018


def test_the_latest_year_is_that_of_what_is_named(own: Path) -> None:
    library = Library.of_environment()
    assert [library.latest_year([name]) for name in (ID, BESIDE, str(own))] == [2019, 2018, 2019]


def test_versions_may_stand_in_places_of_their_own(own: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    later = tmp_path / "later"
    later.mkdir()
    head = HEAD.replace('"2018"', '"2019"').replace('version: "2019"', 'version: "2020"').replace("2019-", "2020-")
    (later / "next.yaml").write_text(head, encoding="utf-8")
    monkeypatch.setenv(OWN_PLACES, os.pathsep.join((str(later), str(own))))
    library = Library.of_environment()
    assert [library.choose(ID, year).version for year in (2018, 2019, 2020)] == ["2018", "2019", "2020"]
    assert Library().from_file(own / "2019.yaml").former is not None


def test_a_folder_stands_for_its_series_of_which_any_version_may_be_in_force(own: Path) -> None:
    library = Library(SHIPPED, own)
    assert [r.name for r in library.named(str(own), 2019)] == [f"{ID}@2019"]
    assert [r.name for r in library.named(str(own), 2018)] == [f"{ID}@2018"]
    with pytest.raises(Rejected, match=r"no rulebook of the folder .* is in force on 1 January 2020"):
        library.named(str(own), 2020)


def test_an_id_goes_before_a_folder_of_its_name(own: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (own / ID).mkdir()
    monkeypatch.chdir(own)
    assert not Library().is_folder(ID)
    assert Library().is_folder(".")


def test_one_version_in_two_places_is_said_with_both(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for place in ("one", "other"):
        write_next(Path(place), "changes: {}\n")
    monkeypatch.setenv(OWN_PLACES, os.pathsep.join(("one", "other")))
    with pytest.raises(Rejected) as caught:
        Library.of_environment()
    assert str(caught.value).splitlines() == [
        f"other/2019.yaml:3:10: repeated-id: `{ID}@2019` stands already in one/2019.yaml",
        "  hint: both say the same: delete one of them",
    ]
    assert [*caught.value.lines("da")] == [
        f"other/2019.yaml:3:10: repeated-id: `{ID}@2019` står allerede i one/2019.yaml",
        "  råd: begge siger det samme: slet den ene",
    ]


def test_a_copy_that_was_changed_is_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for place in ("one", "other"):
        write_next(Path(place), "changes: {}\n")
    copy = Path("other") / "2019.yaml"
    copy.write_text(copy.read_text(encoding="utf-8").replace("from: 2019", "from: 2018"), encoding="utf-8")
    with pytest.raises(Rejected) as caught:
        Library(SHIPPED, Path("one"), Path("other"))
    assert str(caught.value).splitlines() == [
        f"other/2019.yaml:3:10: repeated-id: `{ID}@2019` stands already in one/2019.yaml",
        "  hint: delete one of them, or give it a version and dates of its own",
    ]


def test_a_place_that_is_not_there_is_said_with_the_variable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("file").touch()
    for place, reason in (("nofolder", "there is no such folder"), ("file", "this is no folder")):
        monkeypatch.setenv(OWN_PLACES, place)
        with pytest.raises(Rejected) as caught:
            Library.of_environment()
        assert str(caught.value).splitlines() == [
            f"{place}: unreadable: {reason}",
            "  hint: the variable SEKSKANT_RULEBOOKS names it",
        ]


def test_one_place_named_twice_is_one(own: Path) -> None:
    assert len(Library.of_environment(own, own / ".").places) == 2


def test_the_vocabulary_beside_a_rulebook_goes_before_one_of_its_name_elsewhere(tmp_path: Path) -> None:
    for place, version in (("one", "1"), ("other", "2")):
        write_vocabulary(tmp_path / place)
        write_rulebook(tmp_path / place / "grant.yaml", version, f"from: 201{version}-01-01")
    vocabulary = tmp_path / "other" / "vocabulary.yaml"
    vocabulary.write_text(vocabulary.read_text(encoding="utf-8") + "# another\n", encoding="utf-8")
    first, second = Library(tmp_path / "one", tmp_path / "other").rulebooks
    assert not first.vocabulary.is_same_as(second.vocabulary)


def test_a_version_uses_the_vocabulary_of_the_one_before_where_none_stands_beside_it(tmp_path: Path) -> None:
    write_vocabulary(tmp_path / "one")
    write_rulebook(tmp_path / "one" / "grant.yaml", "1", "from: 2018-01-01, until: 2018-12-31")
    (tmp_path / "two").mkdir()
    head = HEAD.replace(ID, "grant").replace('"2018"', '"1"')
    (tmp_path / "two" / "grant.yaml").write_text(head, encoding="utf-8")
    first, second = Library(tmp_path / "one", tmp_path / "two").rulebooks
    assert second.vocabulary is first.vocabulary


def test_a_place_that_is_not_there_is_unreadable(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(OWN_PLACES, str(tmp_path / "nowhere"))
    with pytest.raises(Rejected, match="nowhere: unreadable: there is no"):
        Library.of_environment()
