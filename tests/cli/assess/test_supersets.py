"""Rulebooks that are subsets of each other, in chains of any length and in circles."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from engine.decisions.decide import Decider, _with_supersets, decide_offer
from engine.evaluation.evidence import Evidence, State
from engine.rulebooks.library import Library
from engine.rulebooks.rulebook import Rulebook, Verdict
from tests.command import DATA, here
from tests.support import REASONED, SUBJECT, make_rulebook, make_vocabulary

LENGTH = 3_000
VOCABULARY = make_vocabulary({"needed": {"type": "judgement"}})
ONE = make_rulebook(VOCABULARY, {"C": {"met_when": {"fact": "needed", "is": "yes"}}}, {"all": ["C"]})


class Chain:
    """Rulebooks of which each is the subset of the next."""

    def __init__(self, length: int, *, is_circle: bool) -> None:
        self.rulebooks = [ONE._replace(id=f"r{i}", written_as=b"%d" % i) for i in range(length)]
        self._next: dict[str, Rulebook] = dict(zip((r.id for r in self.rulebooks), self.rulebooks[1:], strict=False))
        if is_circle:
            self._next[self.rulebooks[-1].id] = self.rulebooks[0]

    def superset_of(self, rulebook: Rulebook, chosen: Sequence[Rulebook], year: int) -> Rulebook | None:
        return self._next.get(rulebook.id)


@pytest.mark.parametrize("is_circle", [False, True])
def test_a_chain_of_supersets_is_followed_to_its_end(is_circle: bool) -> None:
    chain: Any = Chain(LENGTH, is_circle=is_circle)
    rulebooks = _with_supersets(chain, chain.rulebooks[0], [], 2018, {})
    assert [rulebook.id for rulebook in rulebooks.values()] == [rulebook.id for rulebook in chain.rulebooks]
    known = {chain.rulebooks[7].content}
    assert len(_with_supersets(chain, chain.rulebooks[0], [], 2018, known)) == 8


def test_a_chain_of_deciders_decides_whatever_its_length() -> None:
    narrow = None
    for _ in range(LENGTH):
        narrow = Decider(ONE, narrow, engine="reference", is_checked=False)
    assert narrow is not None
    stated = {"needed": Evidence(frozenset({"yes"}), State.KNOWN, REASONED)}
    assert narrow.decide(SUBJECT, stated, 2018).verdict is Verdict.MET
    (decision,) = decide_offer([narrow], SUBJECT, stated, 2018)
    assert getattr(decision, "verdict", None) is Verdict.MET


def test_a_superset_that_is_named_as_a_file_is_consulted(tmp_path: Path) -> None:
    """Though it came into force after its subset did, and though there is a shipped one of that id."""
    wide, narrow = Library().in_force(2018)
    texts = {"wide": wide.written_as, "narrow": narrow.written_as, "vocabulary": wide.vocabulary.written_as}
    later = texts["wide"].decode().replace('version: "2018"', 'version: "2018b"')
    begins = later.replace("from: 2018-01-01", "from: 2018-03-01")
    assert later != begins
    for name, text in (texts | {"wide": begins.encode()}).items():
        (tmp_path / f"{name}.yaml").write_bytes(text)
    own = Library().from_file(tmp_path / "wide.yaml")
    found = [
        Library().superset_of(narrow, *given) for given in (([narrow, own], 2019), ([narrow], 2018), ([narrow], 2031))
    ]
    assert [r and r.version for r in found] == ["2018b", "2018", "2018"]
    ran = here(
        *("assess", str(DATA / "jonstrupvang.yaml"), "--year", "2018", "--format", "json"),
        *("--rulebook", str(tmp_path / "narrow.yaml"), "--rulebook", str(tmp_path / "wide.yaml")),
    )
    (noted,) = [r["notes"] for r in json.loads(ran.out) if r["rulebook"]["id"] == narrow.id]
    assert [note["code"] for note in noted if "superset" in note["code"]] == ["superset_undetermined"]


@pytest.mark.parametrize("name", ["wide.yaml", "wide.yml"])
def test_a_superset_that_lies_beside_is_consulted_as_one_that_is_named(name: str, tmp_path: Path) -> None:
    """It goes before the shipped one of that id, of which this one has another rule; one with mistakes does not."""
    wide, narrow = Library().in_force(2018)
    (tmp_path / "vocabulary.yaml").write_bytes(wide.vocabulary.written_as)
    (tmp_path / "narrow.yaml").write_bytes(narrow.written_as)
    (tmp_path / name).write_bytes(wide.written_as.replace(b'version: "2018"', b'version: "2018b"', 1))
    (tmp_path / "broken.yaml").write_bytes(wide.written_as + b"\n: [")
    own = Library().from_file(tmp_path / "narrow.yaml")
    found = Library().superset_of(own, [own], 2018)
    assert found is not None
    assert (found.version, Path(found.file).name) == ("2018b", name)
    options = ("--year", "2018", "--format", "json", "--rulebook", str(tmp_path / "narrow.yaml"))
    alone = here("assess", str(DATA / "jonstrupvang.yaml"), *options)
    named = here("assess", str(DATA / "jonstrupvang.yaml"), *options, "--rulebook", str(tmp_path / name))
    notes = [[r["notes"] for r in json.loads(ran.out) if r["rulebook"]["id"] == narrow.id] for ran in (alone, named)]
    assert notes[0] == notes[1]
    assert [note["code"] for note in notes[0][0] if "superset" in note["code"]] == ["superset_undetermined"]
