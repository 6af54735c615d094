"""Statements looked for in what a paper says now: any edit of one is found, and what people add is not."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from offers.papers.statement_check import Block, Fate, Passage, edits
from tests.chance import tried

BLOCKS = [
    Block(0, ("Skovhuset",)),
    Block(1, ("Tilbuddet er omfattet.", "Det har 4 pladser.")),
    Block(3, ("Opfyldt",)),
    Block(4, ("0,4",)),
    Block(5, ("Strandhuset",)),
    Block(6, ("Tilbuddet er omfattet.", "Det har 4 pladser.")),
    Block(7, ("Opfyldt",)),
    Block(8, ("0,4",)),
]
WRITTEN = [Passage(" ".join(block.statements), (block.place,)) for block in BLOCKS]


def found(*passages: Passage) -> list[tuple[int, Fate, str, str | None]]:
    return [(e.place, e.fate, e.written, e.now) for e in edits(BLOCKS, passages)]


def changed(place: int, text: str, *, marks: bool = True) -> list[Passage]:
    passages = [p._replace(text=text) if place in p.places else p for p in WRITTEN]
    return passages if marks else [p._replace(places=()) for p in passages]


@pytest.mark.parametrize("marks", [True, False])
def test_what_stands_as_it_was_written_is_found(marks: bool) -> None:
    assert found(*(p if marks else p._replace(places=()) for p in WRITTEN)) == []


@pytest.mark.parametrize(
    ("place", "now", "written", "said"),
    [
        (1, "Tilbuddet er ikke omfattet. Det har 4 pladser.", "Tilbuddet er omfattet.", "Tilbuddet er ikke omfattet."),
        (6, "Tilbuddet er omfattet. Det har 5 pladser.", "Det har 4 pladser.", "Det har 5 pladser."),
        (3, "Ikke opfyldt", "Opfyldt", "Ikke opfyldt"),
        (3, "Opfyldt ikke", "Opfyldt", "Opfyldt ikke"),
        (4, "0,45", "0,4", "0,45"),
        (7, "", "Opfyldt", None),
        (8, "10,4", "0,4", "10,4"),
    ],
)
def test_an_edit_is_told_with_its_place(place: int, now: str, written: str, said: str | None) -> None:
    fate = Fate.EDITED if said else Fate.GONE
    assert found(*changed(place, now)) == [(place, fate, written, said)]


def test_an_edit_is_found_without_marks() -> None:
    now = changed(1, "Tilbuddet er ikke omfattet. Det har 4 pladser.", marks=False)
    assert found(*now) == [(1, Fate.EDITED, "Tilbuddet er omfattet.", "Tilbuddet er ikke omfattet.")]


def test_what_people_write_is_not_told() -> None:
    added = [
        Passage("En indledning."),
        WRITTEN[0],
        Passage("Vi bemærker: Tilbuddet er omfattet. Det glæder os. Det har 4 pladser. Og en have.", (1,)),
        Passage("Tilbuddet er ikke omfattet."),
        *WRITTEN[2:],
        Passage("Opfyldt"),
    ]
    assert found(*added) == []


def test_paragraphs_may_be_split_and_joined() -> None:
    split = [WRITTEN[0], Passage("Tilbuddet er omfattet.", (1,)), Passage("Det har 4"), Passage("pladser.")]
    assert found(*split, *WRITTEN[2:]) == []
    joined = Passage("Tilbuddet er omfattet. Det har 4 pladser. Opfyldt", (1, 3))
    assert found(WRITTEN[0], joined, *WRITTEN[3:]) == []


def test_signs_by_which_lines_break_are_no_edits() -> None:
    assert found(*changed(1, "Tilbud\u00addet er\u00a0omfattet.  Det har 4\npladser.")) == []


def test_the_same_sentence_of_two_offers_is_told_apart() -> None:
    """Whichever of two equal sentences is edited, it is the one that is told."""
    for place in (1, 6):
        (edit,) = edits(BLOCKS, changed(place, "Tilbuddet er undtaget. Det har 4 pladser."))
        assert edit.place == place


def test_sentences_that_change_places_are_told() -> None:
    """What one offer says under another is no statement about the other, though every sentence is there."""
    moved = [WRITTEN[4], *WRITTEN[1:4], WRITTEN[0], *WRITTEN[5:]]
    assert {edit.written for edit in edits(BLOCKS, moved)} == {"Skovhuset", "Strandhuset"}
    assert Fate.MOVED in {edit.fate for edit in edits(BLOCKS, moved)}


def test_of_a_mark_that_was_copied_the_one_with_the_sentence_counts() -> None:
    assert found(Passage("En kopi", (0,)), *WRITTEN) == []


def test_nothing_is_left() -> None:
    assert [edit.fate for edit in edits(BLOCKS, [])] == [Fate.GONE] * 10


_WORDS = st.text("abcdeæø", min_size=1, max_size=5)
_SENTENCES = st.builds(lambda words: " ".join(words).capitalize() + ".", st.lists(_WORDS, min_size=1, max_size=6))
_PAPERS = st.lists(st.lists(_SENTENCES, min_size=1, max_size=3), min_size=1, max_size=8)


@given(_PAPERS, st.lists(_SENTENCES, max_size=8), st.data())
@tried(300)
def test_random_additions_are_not_told(paper: list[list[str]], added: list[str], data: st.DataObject) -> None:
    blocks = [Block(place, tuple(texts)) for place, texts in enumerate(paper)]
    passages = [Passage(" ".join(texts), (place,)) for place, texts in enumerate(paper)]
    for sentence in added:
        at = data.draw(st.integers(0, len(passages)))
        if at < len(passages) and passages[at].places and data.draw(st.booleans()):
            place = passages[at].places[0]
            parts = [*paper[place]]
            cut = data.draw(st.integers(0, len(parts)))
            passages[at] = passages[at]._replace(text=" ".join([*parts[:cut], sentence, *parts[cut:]]))
        else:
            passages.insert(at, Passage(sentence))
    assert list(edits(blocks, passages)) == []


@given(_PAPERS, st.data())
@tried(300)
def test_any_word_that_is_edited_is_told(paper: list[list[str]], data: st.DataObject) -> None:
    blocks = [Block(place, tuple(texts)) for place, texts in enumerate(paper)]
    place = data.draw(st.integers(0, len(paper) - 1))
    number = data.draw(st.integers(0, len(paper[place]) - 1))
    words = paper[place][number].split(" ")
    at = data.draw(st.integers(0, len(words) - 1))
    edited = data.draw(st.sampled_from(["other", "taken out", "put in"]))
    match edited:
        case "other":
            words[at] = f"x{words[at]}"
        case "put in":
            words.insert(at, "xyz")
        case _:
            del words[at]
    now = [list(texts) for texts in paper]
    now[place][number] = " ".join(words)
    passages = [Passage(" ".join(texts), (n,)) for n, texts in enumerate(now)]
    told = list(edits(blocks, passages))
    assert (place, paper[place][number]) in {(edit.place, edit.written) for edit in told}
