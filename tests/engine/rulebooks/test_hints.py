"""A hint can be followed: what it names is allowed where it stands, and is what was meant."""

from __future__ import annotations

import copy
import json
import re
from typing import Any

import pytest
from hypothesis import event, given
from hypothesis import strategies as st

from engine.diagnostics import Diagnostic, Rejected
from engine.documents.document import read_one
from engine.rulebooks.library import SHIPPED
from engine.rulebooks.meant import IN_CONDITION, IN_GROUP
from engine.rulebooks.rulebook_loader import load_rulebook
from engine.rulebooks.vocabulary_loader import load_vocabulary
from tests.chance import tried
from tests.engine.rulebooks.test_broken_rulebooks import edit, paths_in

FILES = sorted((SHIPPED / "hovedstaden").glob("*.yaml"))
VOCABULARY = load_vocabulary((SHIPPED / "hovedstaden" / "vocabulary.yaml").read_bytes(), "vocabulary.yaml")
PLAIN: dict[str, Any] = {
    file.name: json.loads(json.dumps(read_one(file.read_bytes(), file.name).plain(), default=float)) for file in FILES
}
RULEBOOK = "mest-specialiserede-2018.yaml"
_NEAR = re.compile(r"did you mean `([^`]+)`\?")


def found_in(text: str, name: str) -> tuple[Diagnostic, ...]:
    try:
        if name == "vocabulary.yaml":
            load_vocabulary(text.encode(), name)
        else:
            load_rulebook(text.encode(), name, {VOCABULARY.id: VOCABULARY}.get, [VOCABULARY.id])
    except Rejected as error:
        return error.diagnostics
    return ()


def followed(text: str, diagnostic: Diagnostic, word: str) -> str:
    """A text with the word of a hint in the place of the one that is not known."""
    lines = text.splitlines()
    line, column = lines[diagnostic.place.line - 1], diagnostic.place.column - 1
    _, length = json.JSONDecoder().raw_decode(line[column:])
    lines[diagnostic.place.line - 1] = f"{line[:column]}{json.dumps(word)}{line[column + length :]}"
    return "\n".join(lines)


@st.composite
def misspelt(draw: st.DrawFn, word: str) -> str:
    place = draw(st.integers(0, len(word) - 1))
    return word[:place] + draw(st.sampled_from(["", "x", "_", word[place] * 2])) + word[place + 1 :]


@given(st.data())
@tried(300)
def test_a_near_word_is_allowed_where_it_is_hinted(data: st.DataObject) -> None:
    """Keys, also beside the key that is meant, and names of everything; following the hint leaves no such mistake."""
    name = data.draw(st.sampled_from(sorted(PLAIN)))
    written = copy.deepcopy(PLAIN[name])
    path = data.draw(st.sampled_from(list(paths_in(written))))
    owner = written
    for key in path[:-1]:
        owner = owner[key]
    if isinstance(owner, dict) and data.draw(st.booleans()):
        value = copy.deepcopy(owner[path[-1]])
        if data.draw(st.booleans()):
            edit(written, path, path)
        owner[data.draw(misspelt(path[-1]))] = value
    elif isinstance(owner[path[-1]], str) and owner[path[-1]]:
        owner[path[-1]] = data.draw(misspelt(owner[path[-1]]))
    text = json.dumps(written, indent=1, ensure_ascii=False)
    for diagnostic in found_in(text, name):
        near = _NEAR.fullmatch(diagnostic.hint or "")
        if near:
            event("a near word")
            after = found_in(followed(text, diagnostic, near[1]), name)
            at_place = {d.code for d in after if d.place == diagnostic.place}
            assert not at_place & {"unknown-key", "duplicate-key", diagnostic.code}, (diagnostic, after)


CRITERIA = ["B1", "B2", "B3"]
HINTED = re.compile(r"`([^`]*(?:\.\.\.|\[)[^`]*)`")


def group_of(form: str) -> Any:
    """A group as a hint writes it, with criteria in the place of dots."""
    return read_one(f"{{{form.replace('[...]', json.dumps(CRITERIA))}}}".encode(), "hint").plain()


@pytest.mark.parametrize("key", [key for key, hint in IN_GROUP.items() if "[...]" in hint.text])
def test_what_a_hint_writes_for_a_group_is_a_rule(key: str) -> None:
    written = copy.deepcopy(PLAIN[RULEBOOK])
    rule = {"id": "r", "title": {"da": "R", "en": "R"}, "reference": {"da": "r", "en": "r"}}
    written["rule"] = {**rule, key: 2, "of": CRITERIA}
    hints = [d.hint for d in found_in(json.dumps(written), RULEBOOK) if d.code == "unknown-key"]
    assert hints == [str(IN_GROUP[key])]
    (form,) = HINTED.findall(str(IN_GROUP[key]))
    written["rule"] = {**rule, **group_of(form)}
    assert not found_in(json.dumps(written, default=int), RULEBOOK)


@pytest.mark.parametrize("group", ["all", "any"])
def test_a_number_beside_a_group_that_does_not_count_is_not_taken_for_another(group: str) -> None:
    written = copy.deepcopy(PLAIN[RULEBOOK])
    rule = {name: written["rule"][name] for name in ("id", "title", "reference")}
    written["rule"] = {**rule, group: CRITERIA, "at_most": 2}
    (diagnostic,) = found_in(json.dumps(written), RULEBOOK)
    assert diagnostic.hint == "at most 2 of several is `not: {at_least: 3, of: [...]}`"
    written["rule"] = {**rule, group: CRITERIA, "at_least": 2}
    (diagnostic,) = found_in(json.dumps(written), RULEBOOK)
    assert diagnostic.hint == f"what `at_least` counts stands in `of`, not in `{group}`"


@pytest.mark.parametrize("key", IN_CONDITION)
def test_words_of_other_languages_of_rules_are_known_in_conditions(key: str) -> None:
    written = copy.deepcopy(PLAIN[RULEBOOK])
    written["criteria"]["B2"]["met_when"] = {"fact": "severe_complexities", key: 4}
    hints = [d.hint for d in found_in(json.dumps(written), RULEBOOK) if d.code == "unknown-key"]
    assert hints == [str(IN_CONDITION[key])]
    if near := _NEAR.fullmatch(str(IN_CONDITION[key])):
        written["criteria"]["B2"]["met_when"] = (
            {near[1]: [{"fact": "severe_complexities", "at_least": 4}]}
            if near[1] in ("all", "any")
            else {"fact": "severe_complexities", near[1]: 4}
        )
        assert not found_in(json.dumps(written), RULEBOOK)


@pytest.mark.parametrize(
    ("written", "hint"),
    [
        ({"fact": "no_alternative_in_regio"}, "did you mean `no_alternative_in_region`?"),
        ({"fact": "outside_share_men", "at_least": 0.5}, "did you mean `outside_share_mean`?"),
        ({"fact": "outside_shar", "at_least": 0.5}, "did you mean `outside_share_mean`?"),
        (
            {"fact": "severe_complexities", "at_least": 1, "below": 4},
            "two tests are joined: `all: [{fact: ...}, {fact: ...}]`",
        ),
    ],
)
def test_a_fact_is_hinted_where_it_can_be_tested(written: Any, hint: str) -> None:
    rulebook = copy.deepcopy(PLAIN[RULEBOOK])
    rulebook["criteria"]["B4"]["met_when"] = written
    (diagnostic,) = found_in(json.dumps(rulebook), RULEBOOK)
    assert diagnostic.hint == hint


NUMBER = {"type": "number", "at_least": 0, **{key: {"da": "Tal", "en": "Number"} for key in ("label", "question")}}
FORMULA = "each step is a fact of its own, such as `sum: {of: [one, other]}` and `ratio: {of: one, to: other}`"
NAMED = "a fact stands here by its name: what is put together is declared as one, `derived: {sum: {of: [one, other]}}`"
ARITHMETIC: list[tuple[Any, str]] = [
    ({"ratio": {"of": "one", "to": {"sum": ["one", "other"]}}}, NAMED),
    ({"difference": {"of": ["one", "other"], "less": "one"}}, NAMED),
    ({"sum": ["one", "other"]}, "`of: [one, other]`, or `of: fact` with `years: [...]`"),
    ("one / (one + other)", FORMULA),
    ({"formula": "one + other"}, FORMULA),
    ({"max": {"of": ["one", "other"]}}, "did you mean `largest`?"),
    (
        {"ratio": {"of": "one", "to": "both"}},
        "test `ratio: {of: other, to: one}`, which is at most 1 where `one` is at least half of `both`; or have `both` "
        "be stated by itself",
    ),
    (
        {"ratio": {"of": "any", "to": "mixed"}},
        "what is open could not be told exactly: have a number between be stated by itself",
    ),
]


@pytest.mark.parametrize(("derived", "hint"), ARITHMETIC)
def test_arithmetic_that_authors_try_is_hinted_at_what_is_declared_instead(derived: Any, hint: str) -> None:
    facts = {
        **dict.fromkeys(("one", "other"), NUMBER),
        "any": {**NUMBER, "at_least": -1},
        "both": {**NUMBER, "derived": {"sum": {"of": ["one", "other"]}}},
        "mixed": {**NUMBER, "at_least": None, "derived": {"sum": {"of": ["any", "other"]}}},
        "made": {**NUMBER, "at_least": None, "derived": derived},
    }
    written = {"format": "sekskant/vocabulary/1", "id": "test", "title": {"da": "Tal", "en": "Numbers"}, "facts": facts}
    (diagnostic,) = found_in(json.dumps(written), "vocabulary.yaml")
    assert str(diagnostic.hint) == hint
