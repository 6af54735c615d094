"""An offer decided by several rulebooks: the wider one first, each once, and none keeps another from it."""

from __future__ import annotations

from collections import Counter

import pytest

from engine.decisions import decide
from engine.decisions.decide import Decider, decide_offer
from engine.decisions.trace import Execution, Trace
from engine.diagnostics import IntegrityFault, Rejected
from engine.evaluation.evidence import Evidence, Provenance, Stated
from engine.rulebooks.rulebook import Rulebook, Verdict
from engine.values.logic import Status
from tests.support import SUBJECT, answer, make_rulebook, make_vocabulary

YEAR = 2031
VOCABULARY = make_vocabulary({name: {"type": "judgement"} for name in ("good", "fair", "judged")})
WIDE = make_rulebook(VOCABULARY, {"C": {"met_when": {"fact": "fair"}}}, {"all": ["C"]})
NARROW = make_rulebook(VOCABULARY, {"C": {"met_when": {"fact": "good"}}}, {"all": ["C"]})._replace(
    id="narrow", subset_of="test"
)
JUDGED = make_rulebook(
    VOCABULARY, {"C": {"indicated_by": {"fact": "good"}, "judgement": "judged"}}, {"all": ["C"]}
)._replace(id="judged")
YES, NO = answer("yes"), answer("no")


def decider(rulebook: Rulebook, superset: Decider | None = None) -> Decider:
    return Decider(rulebook, superset, engine="reference")


def notes(trace: object) -> list[str]:
    assert isinstance(trace, Trace)
    return [note.code for note in trace.notes if note.code.startswith("superset")]


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How often each rulebook has decided."""
    counter, right = Counter[str](), Decider._without_notes

    def counted(self: Decider, *arguments: object) -> Trace:
        counter[self.program.rulebook.id] += 1
        return right(self, *arguments)  # type: ignore[arg-type]

    monkeypatch.setattr(Decider, "_without_notes", counted)
    return counter


@pytest.mark.parametrize("is_wide_first", [True, False])
def test_a_rulebook_and_its_superset_decide_once_each(is_wide_first: bool, made: Counter[str]) -> None:
    wide = decider(WIDE)
    both = [wide, decider(NARROW, wide)] if is_wide_first else [decider(NARROW, wide), wide]
    traces = decide_offer(both, SUBJECT, {"good": YES, "fair": NO}, YEAR)
    assert [f.rulebook.id for f in traces if isinstance(f, Trace)] == [d.program.rulebook.id for d in both]
    assert notes(traces[1 if is_wide_first else 0]) == ["superset_not_met"]
    assert made == {"test": 1, "narrow": 1}


@pytest.mark.parametrize(("good", "times"), [(YES, 1), (NO, 0)])
def test_a_superset_that_is_not_asked_for_decides_where_a_note_needs_it(
    good: Evidence, times: int, made: Counter[str]
) -> None:
    (trace,) = decide_offer([decider(NARROW, decider(WIDE))], SUBJECT, {"good": good, "fair": NO}, YEAR)
    assert notes(trace) == ["superset_not_met"] * times
    assert made["test"] == times


def test_what_is_handed_over_is_what_would_have_been_decided() -> None:
    stated: Stated = {"good": YES, "fair": NO}
    wide = decider(WIDE)
    narrow = decider(NARROW, wide)
    alone, handed = narrow.decide(SUBJECT, stated, YEAR), decide_offer([wide, narrow], SUBJECT, stated, YEAR)[1]
    assert isinstance(handed, Trace)
    nobody = Execution("", None, ())
    assert handed._replace(execution=nobody, notes=()) == alone._replace(execution=nobody, notes=())
    assert notes(handed) == notes(alone)


def test_nothing_is_remembered_of_evidence_that_is_changed_afterwards() -> None:
    stated: dict[str, Evidence] = {"good": YES}
    one = decider(NARROW)
    before = one.decide(SUBJECT, stated, YEAR)
    stated["good"] = NO
    assert (before.verdict, one.decide(SUBJECT, stated, YEAR).verdict) == (Verdict.MET, Verdict.NOT_MET)


def test_a_rulebook_that_cannot_decide_keeps_no_other_from_it(monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(self: Decider, *_: object) -> None:
        raise IntegrityFault("the evaluators disagree")

    broken = decider(WIDE)
    monkeypatch.setattr(broken, "_evaluate", fault.__get__(broken))
    stated: Stated = {"good": YES, "judged": NO._replace(provenance=Provenance())}
    decisions = decide_offer([decider(JUDGED), broken, decider(NARROW)], SUBJECT, stated, YEAR)
    assert [type(one) for one in decisions] == [Rejected, IntegrityFault, Trace]


def test_a_note_that_needs_a_superset_that_cannot_decide_is_no_decision(monkeypatch: pytest.MonkeyPatch) -> None:
    def fault(self: Decider, *_: object) -> None:
        raise IntegrityFault("the evaluators disagree")

    wide = decider(WIDE)
    monkeypatch.setattr(wide, "_evaluate", fault.__get__(wide))
    both = [wide, decider(NARROW, wide)]
    met = decide_offer(both, SUBJECT, {"good": YES}, YEAR)
    assert [type(one) for one in met] == [IntegrityFault, IntegrityFault]
    assert [type(one) for one in decide_offer(both, SUBJECT, {"good": NO}, YEAR)] == [IntegrityFault, Trace]


def test_however_long_a_chain_of_subsets_is_each_decides_once_and_is_handed_to_the_next(made: Counter[str]) -> None:
    chain = [decider(WIDE)]
    for number in range(4):
        rulebook = NARROW._replace(id=f"narrow-{number}", subset_of=chain[-1].program.rulebook.id)
        chain.append(decider(rulebook, chain[-1]))
    traces = decide_offer(chain[::-1], SUBJECT, {"good": YES, "fair": NO}, YEAR)
    assert [notes(trace) for trace in traces] == [[], [], [], ["superset_not_met"], []]
    assert list(made.items()) == [(one.program.rulebook.id, 1) for one in chain]


@pytest.mark.parametrize("names", [["good"], ["good", "fair", "judged", "more"], ["good", "other"]])
def test_a_superset_with_another_vocabulary_is_not_asked(names: list[str]) -> None:
    vocabulary = make_vocabulary({name: {"type": "judgement"} for name in names})
    wide = make_rulebook(vocabulary, {"C": {"met_when": {"fact": "good"}}}, {"all": ["C"]})
    assert decider(NARROW, decider(wide)).superset is None
    assert notes(decider(NARROW, decider(wide)).decide(SUBJECT, {"good": YES}, YEAR)) == ["superset_not_assessed"]


def test_a_judgement_is_asked_as_it_stands_and_a_condition_as_it_is_written() -> None:
    (criterion,) = decider(JUDGED).decide(SUBJECT, {"good": YES}, YEAR).criteria
    assert criterion.judgement_test is not None
    assert not criterion.judgement_test.negated
    negated = make_rulebook(VOCABULARY, {"C": {"met_when": {"not": {"fact": "good"}}}}, {"all": ["C"]})
    (criterion,) = decider(negated).decide(SUBJECT, {"good": YES}, YEAR).criteria
    assert [test.negated for test in criterion.tests] == [True]


def test_so_many_rulings_are_remembered_and_then_all_are_forgotten(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(decide, "MAX_REMEMBERED", 2.0)  # equal to their number, and not the same object
    one = decider(NARROW)
    order = [Status.MET, Status.MET, Status.NOT_MET, Status.MET, Status.NOT_MET, Status.UNKNOWN, Status.UNKNOWN]
    remembered = [one.ruling_on((status,))[1].remembered for status in [*order, Status.MET, Status.UNKNOWN]]
    assert remembered == [False, True, False, True, True, False, True, False, True]
