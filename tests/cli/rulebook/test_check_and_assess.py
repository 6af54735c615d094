"""What `sekskant rulebook check` accepts `sekskant assess` accepts, and both refuse the rest at the same places."""

from __future__ import annotations

import copy
import json
import re
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.documents.document import read_one
from engine.rulebooks.library import SHIPPED
from tests.chance import tried
from tests.command import Ran, here
from tests.engine.rulebooks.test_broken_rulebooks import ODD_VALUES, edit, paths_in
from tests.support import TEXT, flow, slow_among

RULEBOOK, VOCABULARY = "mest-specialiserede-2018.yaml", "vocabulary.yaml"
FILES = {name: SHIPPED / "hovedstaden" / name for name in (RULEBOOK, VOCABULARY)}
PLAIN: dict[str, Any] = {
    name: json.loads(json.dumps(read_one(file.read_bytes(), name).plain(), default=float))
    for name, file in FILES.items()
}
OFFER = "{format: sekskant/offer/1, id: x, name: X}"
ODDER: list[Any] = [*ODD_VALUES, "9999-12-31", "0001-01-01", 10**12, 1e-10, "one_of", "judgement", "share", "year"]
ODDER += [{"mean": {"of": "outside_share", "years": [-3]}}, {"ratio": {"of": "diagnoses", "to": "diagnoses"}}]


def values_in(written: Any) -> list[Any]:
    found = []
    for path in paths_in(written):
        value = written
        for key in path:
            value = value[key]
        found.append(value)
    return found


ELSEWHERE = [value for written in PLAIN.values() for value in values_in(written)]


def errors_in(text: str) -> set[str]:
    """The lines of diagnostics that are no lints: of `check`, which has a place in each of them."""
    records = json.loads(text)
    return {f"{r['file']}:{r['line']}:{r['column']}: {r['code']}" for r in records if r["level"] == "error"}


def refusals_in(ran: Ran) -> set[str]:
    """The places and codes that `assess` names."""
    return set(re.findall(r"^(\S+:\d+:\d+: [a-z0-9-]+): ", ran.err, re.MULTILINE))


def compared(folder: Path) -> None:
    (folder / "offer.yaml").write_text(OFFER, encoding="utf-8")
    checked = here("rulebook", "check", str(folder / RULEBOOK), "--format", "json")
    assessed = here("assess", str(folder / "offer.yaml"), "--rulebook", str(folder / RULEBOOK), "--year", "2018")
    assert checked.code in (0, 5)
    assert assessed.code in (0, 1), assessed
    assert (assessed.code == 1) is bool(errors_in(checked.out)), (checked.out, assessed.err)
    assert refusals_in(assessed) == errors_in(checked.out)


@pytest.mark.slow
@given(st.data())
@tried(200)
def test_both_accept_or_both_refuse(data: st.DataObject) -> None:
    """Values left out, odd, or of another place, in the rulebook and in its vocabulary."""
    written = copy.deepcopy(PLAIN)
    for _ in range(data.draw(st.integers(1, 3))):
        name = data.draw(st.sampled_from([RULEBOOK, VOCABULARY]))
        path = data.draw(st.sampled_from(list(paths_in(written[name]))))
        edit(written[name], path, data.draw(st.sampled_from([path, *ODDER]) | st.sampled_from(ELSEWHERE)))
    with tempfile.TemporaryDirectory() as folder:
        for name, value in written.items():
            (Path(folder) / name).write_text(json.dumps(value, ensure_ascii=False, indent=1), encoding="utf-8")
        compared(Path(folder))


ATTRIBUTES = ("operator_kind", "agreement_kind", "service_type")
DECLARATIONS: dict[str, dict[str, Any]] = {
    "a number": {"type": "number"},
    "a share for each year": {"type": "share", "per": "year"},
    "a judgement": {"type": "judgement"},
    "a number that is no attribute": {"type": "number", "attribute": False},
    "one of several": {"type": "one_of", "answers": {"private": TEXT}},
}


@pytest.mark.parametrize("declaration", DECLARATIONS)
@pytest.mark.parametrize("name", slow_among(ATTRIBUTES, {*ATTRIBUTES[1:]}))
def test_an_attribute_of_offers_is_one_of_several_words(name: str, declaration: str, tmp_path: Path) -> None:
    """Else what an offer states of it would be no evidence of the fact."""
    facts = copy.deepcopy(PLAIN[VOCABULARY])
    facts["facts"][name] = {"label": TEXT, "question": TEXT, "attribute": True, **DECLARATIONS[declaration]}
    (tmp_path / VOCABULARY).write_text(json.dumps(facts, indent=1), encoding="utf-8")
    (tmp_path / RULEBOOK).write_bytes(FILES[RULEBOOK].read_bytes())
    compared(tmp_path)
    register = tmp_path / "r.csv"
    register.write_text("id,name\nx,X\n", encoding="utf-8")
    is_right = declaration == "one of several"
    for command in (["--out", str(tmp_path / "out")], ["--against", str(tmp_path / RULEBOOK)]):
        group = "reclassify" if "--out" in command else "preview"
        ran = here(group, str(register), "--year", "2018", "--rulebook", str(tmp_path / RULEBOOK), *command)
        assert ran.code == (0 if is_right else 1), ran
        assert is_right is (f"`{name}` is an attribute of offers, and one of several words" not in ran.err)


def test_a_criterion_may_be_called_as_a_key_is(tmp_path: Path) -> None:
    """A mapping has keys of its own, which are not those of a record."""
    keys = ("title", "reference", "met_when", "not_applicable", "da")
    rulebook = copy.deepcopy(PLAIN[RULEBOOK])
    rulebook["rule"].update(at_least=1, of=list(keys))
    rulebook["criteria"] = dict.fromkeys(keys, rulebook["criteria"]["B4"])
    (tmp_path / VOCABULARY).write_bytes(FILES[VOCABULARY].read_bytes())
    (tmp_path / RULEBOOK).write_text(flow(rulebook), encoding="utf-8")
    compared(tmp_path)
    rulebook["criteria"] = {key: {"da": "x", "fact": "y"} for key in keys}
    (tmp_path / RULEBOOK).write_text(json.dumps(rulebook, indent=1), encoding="utf-8")
    compared(tmp_path)
    ran = here("rulebook", "check", str(tmp_path / RULEBOOK))
    assert ran.out.count("missing-key: the key `description` is absent") == len(keys)


def test_a_folder_has_its_rulebooks_and_cases_whichever_way_their_names_end(tmp_path: Path) -> None:
    """`assess` takes both, and so does what works on a folder."""
    (tmp_path / "cases").mkdir()
    (tmp_path / VOCABULARY).write_bytes(FILES[VOCABULARY].read_bytes())
    rulebook = tmp_path / "mine.yml"
    text = FILES[RULEBOOK].read_text(encoding="utf-8").replace("subset_of:", "# subset_of:")
    rulebook.write_text(text, encoding="utf-8")
    case = "{case: nothing is stated, evidence: {}, verdict: met}"
    (tmp_path / "cases" / "mine.yml").write_text(
        f"format: sekskant/cases/1\nrulebook: hovedstaden.mest-specialiserede\nyear: 2018\ncases: [{case}]\n"
    )
    tested = here("rulebook", "test", str(tmp_path))
    assert (tested.code, "1 case" in tested.out) == (5, True), tested.out + tested.err
    checked = here("rulebook", "check", str(tmp_path))
    assert ("2 files" in checked.err, "mine.yml" in checked.out) == (True, False), checked.out
    rulebook.write_text(text.replace("at_most:", "at_mots:", 1), encoding="utf-8")
    assert "unknown key `at_mots`" in here("rulebook", "check", str(tmp_path)).out
