"""A version as changes to the one before: what it says in full, where each part stands, and its digest."""

from __future__ import annotations

import hashlib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.diagnostics import Rejected
from engine.documents.document import Mapping, Node, Scalar, Sequence, read_one
from engine.documents.places import place_of
from engine.rulebooks.library import SHIPPED, Library
from engine.rulebooks.rulebook import AnswerTest, Count, NumberTest, Rulebook
from engine.rulebooks.rulebook_loader import load_rulebook
from engine.rulebooks.written_out import written_out
from tests.chance import tried
from tests.command import ROOT
from tests.next_year import HEAD, carried_on, write_next

ID = "hovedstaden.udviklingsstrategi"
EXAMPLES = [*SHIPPED.glob("*/*.yaml"), *(ROOT / "tests" / "rulebooks" / "illustrative").glob("*.yaml")]


def ids(rulebook: Rulebook) -> list[str]:
    return [criterion.id for criterion in rulebook.criteria]


def group_of(rulebook: Rulebook) -> Count:
    assert isinstance(rulebook.rule.group, Count)
    return rulebook.rule.group


def test_what_is_not_named_is_as_it_was(tmp_path: Path) -> None:
    before, now = Library().choose(ID, 2018), carried_on(tmp_path, "changes: {}\n")
    assert now.former is not None
    assert now.former.ref == before.ref
    assert (now.version, now.in_force_from.year, now.source.en) == ("2019", 2019, "Agreement 2019")
    assert (now.criteria, now.rule, now.overrides) == (before.criteria, before.rule, before.overrides)
    assert (now.title, now.outcomes, now.vocabulary.ref) == (before.title, before.outcomes, before.vocabulary.ref)


def test_keys_that_are_named_are_said_anew_and_null_takes_one_out(tmp_path: Path) -> None:
    before = Library().choose(ID, 2018).criterion("A5")
    now = carried_on(tmp_path, "changes:\n  A5: {met_when: {fact: outside_share_mean, at_least: 0.6}, reading: null}\n")
    a5 = now.criterion("A5")
    assert isinstance(a5.condition, NumberTest)
    assert str(a5.condition.threshold) == "3/5"
    assert a5.reading is None
    assert a5.description.da.startswith("Mindst 60 % af pladserne bruges")
    as_before = {name: getattr(before, name) for name in ("condition", "reading", "description")}
    assert a5._replace(**as_before) == before


def test_parts_stand_in_the_place_of_what_was_split(tmp_path: Path) -> None:
    now = carried_on(
        tmp_path,
        """\
        rule: {at_least: 5}
        changes:
          A4:
            split_into:
              A4a: {title: {da: Kommuner, en: Municipalities}}
              A4b:
                title: {da: Sektorer, en: Sectors}
                met_when: {fact: highly_specialised_basis, is: no}
        """,
    )
    assert ids(now) == ["A1", "A2", "A3", "A4a", "A4b", "A5", "A6"]
    assert group_of(now) == Count(5, ("A1", "A2", "A3", "A4a", "A4b", "A5", "A6"), ("A4a", "A4b", "A5"))
    first, second = now.criterion("A4a"), now.criterion("A4b")
    before = Library().choose(ID, 2018).criterion("A4")
    assert first.split_from == second.split_from == ("A4",)
    assert (first.description, first.reference, first.condition) == (
        before.description,
        before.reference,
        before.condition,
    )
    assert isinstance(second.condition, AnswerTest)
    assert second.condition.fact == "highly_specialised_basis"


def test_what_is_taken_out_does_not_count_any_more(tmp_path: Path) -> None:
    now = carried_on(tmp_path, "rule: {at_least: 3}\nchanges:\n  A4: {dropped: true}\n")
    assert ids(now) == ["A1", "A2", "A3", "A5", "A6"]
    assert group_of(now) == Count(3, ("A1", "A2", "A3", "A5", "A6"), ("A5",))


def test_what_is_added_stands_after_another_and_counts_where_the_rule_says(tmp_path: Path) -> None:
    added = """\
        changes:
          A7:
            added:
              met_when: {fact: diagnoses, at_least: 1}
              title: {da: Diagnose, en: Diagnosis}
              description: {da: Der er en diagnose., en: There is a diagnosis.}
              reference: {da: afsnit 2, en: section 2}
            after: A2
    """
    now = carried_on(tmp_path, added)
    assert ids(now) == ["A1", "A2", "A7", "A3", "A4", "A5", "A6"]
    assert "A7" not in group_of(now).members


def test_rule_and_overrides_are_replaced_as_a_whole(tmp_path: Path) -> None:
    now = carried_on(
        tmp_path,
        """\
        overrides: {}
        rule: {id: both, title: {da: Begge, en: Both}, reference: {da: afsnit 2, en: section 2}, all: [A4, A5]}
        """,
    )
    assert now.overrides == ()
    assert (now.rule.id, now.rule.reading) == ("both", None)


def test_the_number_and_the_texts_of_the_rule_are_said_anew_and_who_counts_stays(tmp_path: Path) -> None:
    before = Library().choose(ID, 2018).rule
    now = carried_on(tmp_path, "rule: {at_least: 5, title: {da: Fem af seks, en: Five of six}, id: five_of_six}\n")
    assert group_of(now) == Count(5, ("A1", "A2", "A3", "A4", "A5", "A6"), ("A4", "A5"))
    assert (now.rule.id, now.rule.title.en) == ("five_of_six", "Five of six")
    assert (now.rule.reference, now.rule.reading) == (before.reference, before.reading)
    texts_alone = carried_on(tmp_path, "rule: {title: {da: Reglen, en: The rule}, reading: null}\n")
    assert (texts_alone.rule.title.en, texts_alone.rule.reading) == ("The rule", None)
    assert texts_alone.rule.group == before.group


def test_texts_alone_do_not_say_how_many_parts_are_required(tmp_path: Path) -> None:
    split = "rule: {title: {da: Reglen, en: The rule}}\nchanges:\n  A3: {split_into: {A3a: {}, A3b: {}}}\n"
    with pytest.raises(Rejected) as caught:
        carried_on(tmp_path, split)
    assert [diagnostic.code for diagnostic in caught.value.diagnostics] == ["required-anew"]


def test_a_version_may_be_based_on_one_that_is_based_on_another(tmp_path: Path) -> None:
    split = "rule: {at_least: 4}\nchanges:\n  A3: {split_into: {A3a: {}, A3b: {}}}\n"
    again = "rule: {at_least: 4}\nchanges:\n  A3a: {split_into: {A3x: {}, A3y: {}}}\n"
    carried_on(tmp_path, split)
    head = HEAD.replace("2018", "2017").replace("2019", "2020").replace("2017", "2019")
    (tmp_path / "2020.yaml").write_text(head + again, encoding="utf-8")
    now = Library().choose(str(tmp_path / "2020.yaml"), 2020)
    assert ids(now) == ["A1", "A2", "A3x", "A3y", "A3b", "A4", "A5", "A6"]
    assert now.criterion("A3y").split_from == ("A3", "A3a")
    assert now.former is not None
    assert now.former.version == "2019"


def test_the_digest_is_that_of_the_text_in_full_which_needs_no_other_file(tmp_path: Path) -> None:
    now = carried_on(tmp_path, "rule: {at_least: 4}\nchanges:\n  A3: {split_into: {A3a: {}, A3b: {}}}\n")
    assert now.sha256 == hashlib.sha256(now.written_as).hexdigest()
    by_itself = load_rulebook(now.written_as, now.file, lambda _: now.vocabulary)
    assert by_itself == now._replace(former=None, document=None)
    assert by_itself.sha256 == now.sha256


def test_how_the_files_are_laid_out_is_no_part_of_the_digest(tmp_path: Path) -> None:
    changes = "changes:\n  A5: {met_when: {fact: outside_share_mean, at_least: 0.6}}\n"
    other = "# said otherwise\nchanges:\n  A5:\n    met_when:\n      fact: 'outside_share_mean'\n      at_least: 0.6\n"
    assert carried_on(tmp_path / "a", changes).sha256 == carried_on(tmp_path / "b", other).sha256


def test_a_file_of_the_first_format_has_the_digest_of_its_bytes() -> None:
    for rulebook in Library().rulebooks:
        data = Path(rulebook.file).read_bytes()
        assert (rulebook.written_as, rulebook.sha256) == (data, hashlib.sha256(data).hexdigest())


def test_each_part_has_its_place_in_the_file_that_says_it(tmp_path: Path) -> None:
    file = write_next(tmp_path, "changes:\n  A5: {met_when: {fact: outside_share_mean, at_least: 0.6}}\n")
    now = Library().choose(str(file), 2019)
    here = place_of(now.written, "criteria", "A5", "met_when", "at_least")
    there = place_of(now.written, "criteria", "A5", "title")
    before = Library().choose(ID, 2018)
    assert (Path(here.file).name, here.line) == (file.name, 8)
    assert there == place_of(read_one(before.written_as, before.file), "criteria", "A5", "title")


@pytest.mark.parametrize(
    ("changes", "line", "said"),
    [
        ("changes:\n  A1: {met_when: null}\n", 8, "condition-form: a criterion has one of"),
        ("changes:\n  A1: {title: null}\n", 8, "missing-key: the key `title` is absent"),
        ("changes:\n  A1: {judgement: large_catchment_needed}\n", 8, "condition-form: `judgement` belongs beside"),
        ("rule: {at_least: 7}\nchanges: {}\n", 7, "k-larger-than-n"),
    ],
)
def test_what_a_change_makes_wrong_is_told_in_its_line(tmp_path: Path, changes: str, line: int, said: str) -> None:
    with pytest.raises(Rejected) as caught:
        carried_on(tmp_path, changes)
    (one,) = caught.value.diagnostics
    assert (Path(one.place.file).name, one.place.line) == ("2019.yaml", line)
    assert f"{one.code}: {one.message}".startswith(said)


def test_what_is_wrong_with_what_is_taken_over_is_told_in_the_file_of_the_changes(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    shipped = (SHIPPED / "hovedstaden" / "vocabulary.yaml").read_text(encoding="utf-8")
    Path("vocabulary.yaml").write_text(shipped.replace("  diagnoses:", "  illnesses:"), encoding="utf-8")
    write_next(Path(), "changes: {}\n")
    with pytest.raises(Rejected) as caught:
        Library().choose("2019.yaml", 2019)
    (one,) = caught.value.diagnostics
    assert (one.code, str(one.place)) == ("unknown-fact", "2019.yaml:4:11")
    assert one.message.startswith("as taken over from ")
    assert one.message.endswith("udviklingsstrategi-2018.yaml:95:18: there is no fact `diagnoses`")


def test_mistakes_of_the_version_before_are_said_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in ("vocabulary.yaml", "udviklingsstrategi-2018.yaml"):
        text = (SHIPPED / "hovedstaden" / name).read_text(encoding="utf-8")
        Path(name).write_text(text.replace("{fact: diagnoses", "{fact: illnesses"), encoding="utf-8")
    write_next(Path(), "changes: {}\n")
    with pytest.raises(Rejected) as caught:
        Library(Path())
    assert [(str(d.place), d.code) for d in caught.value.diagnostics] == [
        ("udviklingsstrategi-2018.yaml:95:18", "unknown-fact")
    ]


def test_a_rulebook_by_itself_cannot_be_based_on_another(tmp_path: Path) -> None:
    data = write_next(tmp_path, "changes: {}\n").read_bytes()
    with pytest.raises(Rejected, match="unknown-version: there is no version `2018` here to be based on"):
        load_rulebook(data, "2019.yaml", lambda _: None)


# --- the text in full ---


@pytest.mark.parametrize("file", EXAMPLES, ids=lambda file: file.name)
def test_a_file_written_out_says_the_same(file: Path) -> None:
    document = read_one(file.read_bytes(), file.name)
    assert isinstance(document, Mapping)
    text = written_out(document)
    again = read_one(text.encode(), file.name)
    assert isinstance(again, Mapping)
    assert again.plain() == document.plain()
    assert written_out(again) == text
    assert max(map(len, text.splitlines())) <= 120


TEXTS = st.one_of(
    st.text(st.characters(exclude_categories=("Cc", "Cs"), exclude_characters="\ufffe\uffff"), max_size=20),
    st.text(st.sampled_from("ab :#-?'\"%&*,[]{}|>\\\n\t1.e~=<!@`"), max_size=150),
    st.sampled_from(
        [
            "yes",
            "null",
            "~",
            "0x1",
            "1e5",
            "010",
            ".5",
            "-.inf",
            "true",
            "<<",
            "---",
            "- a",
            "? b",
            "a:",
            "x #y",
            "0:?",
            "a::b",
        ]
    ),
)
NUMBERS = st.sampled_from(["0.50", "7", "+3", "-.5", "1e3", "12E4", "0"])


def scalar(text: str) -> Scalar:
    return Scalar(place_of(read_one(b"a", "x")), text, text)


def number(text: str) -> Scalar:
    document = read_one(f"a: {text}".encode(), "x")
    assert isinstance(document, Mapping)
    value = document.entries["a"]
    assert isinstance(value, Scalar)
    return value


def mapping(entries: dict[str, Node]) -> Mapping:
    place = scalar("a").place
    return Mapping(place, entries, dict.fromkeys(entries, place))


def sequence(items: list[Node]) -> Sequence:
    return Sequence(scalar("a").place, tuple(items))


LEAVES = st.one_of(TEXTS.map(scalar), NUMBERS.map(number))
KEYS = st.one_of(st.sampled_from(["rule", "criteria", "title", "overrides", "A1"]), TEXTS)
NODES = st.recursive(
    LEAVES,
    lambda inner: st.one_of(
        st.lists(inner, max_size=4).map(sequence), st.dictionaries(KEYS, inner, max_size=4).map(mapping)
    ),
    max_leaves=12,
)


@tried(400, soaked=20_000)
@given(st.dictionaries(KEYS, NODES, min_size=1, max_size=4).map(mapping))
def test_whatever_is_written_out_is_read_as_it_was(document: Mapping) -> None:
    again = read_one(written_out(document).encode(), "x.yaml")
    assert isinstance(again, Mapping)
    assert again.plain() == document.plain()
    assert str(again.written()) == str(document.written())


def test_a_criterion_in_small_letters_is_a_misspelt_one(tmp_path: Path) -> None:
    with pytest.raises(Rejected, match="did you mean `A4`"):
        carried_on(tmp_path, "changes:\n  a4: {dropped: true}\n")
