"""The columnar evaluator against the reference: random rulebooks, random evidence in columns."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from decimal import Decimal
from fractions import Fraction
from typing import Any

import narwhals as nw
import polars as pl
import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from engine.decisions.decide import Decider
from engine.decisions.trace import Trace
from engine.decisions.vector_decisions import SituationDecision, VectorDecisions
from engine.diagnostics import Rejected
from engine.evaluation import reference
from engine.evaluation.columnar import ColumnarProgram
from engine.evaluation.columnar_evidence import (
    MAX_YEARS,
    FactColumn,
    Grids,
    high_of,
    low_of,
    marks_of,
    possible_of,
    reasoned_of,
    stated_of,
)
from engine.evaluation.completions import Situation
from engine.evaluation.evidence import NO_PROVENANCE, Evidence, Finding, State, Stated, findings_of
from engine.evaluation.program import Program, compile_rulebook
from engine.rulebooks.library import Library
from engine.rulebooks.rulebook import FactDeclaration, Rulebook
from engine.texts.catalogue import Message
from engine.values.interval import Interval
from engine.values.logic import Status
from engine.values.numbers import decimal_text
from tests.chance import tried
from tests.engine.random_rulebooks import DEPARTURES, THRESHOLDS, VOCABULARY, YEAR, YEARS, Example, examples
from tests.support import REASONED, SUBJECT, Written, between, exact, make_rulebook, make_vocabulary, unknown

many = tried(60, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])


def columnar(program: Program, year: int = YEAR) -> ColumnarProgram:
    return ColumnarProgram(program, Grids([program], year), "p")


def columns_of(fact_column: FactColumn, evidence: Evidence | None) -> dict[str, Any]:
    """The columns of one row of one fact."""
    fact = fact_column.fact
    if evidence is None and fact.assumed:
        evidence = Evidence(frozenset({fact.assumed}), State.KNOWN)
    possible = fact.domain if evidence is None else evidence.possible
    if isinstance(possible, Interval):
        low, high = marks_of(possible, fact_column.scale)
        return {low_of(fact_column.key): low, high_of(fact_column.key): high}
    stated = evidence is not None and evidence.state is not State.NOT_STATED
    return {possible_of(fact_column.key, a): a in possible for a in fact.answers} | {
        stated_of(fact_column.key): stated,
        reasoned_of(fact_column.key): bool(evidence and evidence.provenance.because),
    }


def evidence_of(fact_column: FactColumn, stated: Stated) -> Evidence | None:
    """What is stated in a column."""
    evidence = stated.get(fact_column.fact.id)
    return evidence.get(fact_column.year or 0) if isinstance(evidence, Mapping) else evidence


def adds_up(program: ColumnarProgram, stated: Stated) -> bool:
    """Whether what a derived fact follows from lies on the grid; readers leave a row in which it does not."""
    read = {fact.id for fact in program.program.facts_read}
    columns = [c for c in program.grids.read.values() if c.part and c.fact.id in read]
    parts = [(column, evidence_of(column, stated)) for column in columns]
    ends = [
        end * column.scale
        for column, evidence in parts
        if evidence is not None and isinstance(evidence.possible, Interval)
        for end in (evidence.possible.low, evidence.possible.high)
        if end is not None
    ]
    return all(steps.denominator == 1 for steps in ends)


def frame_of(program: ColumnarProgram, offers: Sequence[Stated]) -> Any:
    fact_columns = program.grids.read.values()
    rows = [
        {k: v for column in fact_columns for k, v in columns_of(column, evidence_of(column, s)).items()} for s in offers
    ]
    return nw.from_native(pl.DataFrame(rows, infer_schema_length=None).with_row_index("row").lazy())


def evaluated(program: ColumnarProgram, offers: Sequence[Stated]) -> Iterator[tuple[Stated, Situation | None]]:
    """Each offer with what its decision depends on; None where columns cannot tell."""
    frame = program.grids.prepare(frame_of(program, offers), program.grids.read)
    evaluated_frame = program.evaluate(frame).collect().to_native()
    assert evaluated_frame["row"].to_list() == list(range(len(offers)))
    for stated, row in zip(offers, evaluated_frame.iter_rows(named=True), strict=True):
        vectors = [row[name] for name in program.vectors]
        is_certain = row[program.certain] and adds_up(program, stated)
        yield stated, program.situation(vectors) if is_certain else None


def numbers(fact: FactDeclaration) -> st.SearchStrategy[Decimal]:
    assert isinstance(fact.domain, Interval)
    low, high = (None if e is None else Decimal(decimal_text(e)) for e in (fact.domain.low, fact.domain.high))
    places = 0 if fact.is_whole else 3
    any_number = st.decimals(-4 if low is None else low, 4 if high is None else high, places=places)
    thresholds = [Decimal(t) for t in THRESHOLDS.get(fact.id, THRESHOLDS["used_mean"])]
    ties = [t for t in thresholds if Fraction(t) in fact.domain and (places or not t % 1)]
    return st.sampled_from(ties) | any_number if ties else any_number


@st.composite
def bounds(draw: st.DrawFn, fact: FactDeclaration) -> Evidence | None:
    assert isinstance(fact.domain, Interval)
    low, high = sorted((draw(numbers(fact)), draw(numbers(fact))))
    ends = [draw(st.none() | st.just(Fraction(end))) for end in (low, high)]
    possible = Interval(ends[0], ends[1], *(end is not None and draw(st.booleans()) for end in ends))
    possible = possible.intersect(fact.domain)
    possible = possible.whole() if fact.is_whole else possible
    return None if possible.is_empty else Evidence(possible, State.KNOWN)


def evidence(fact: FactDeclaration) -> st.SearchStrategy[Evidence | None]:
    open_ = st.sampled_from([None, unknown(fact)])
    if isinstance(fact.domain, Interval):
        return st.one_of(open_, numbers(fact).map(exact), bounds(fact), bounds(fact))
    sets = st.frozensets(st.sampled_from(sorted(fact.answers)), min_size=1)
    return open_ | st.builds(Evidence, sets, st.just(State.KNOWN), st.sampled_from([NO_PROVENANCE, REASONED]))


OFFERS = st.fixed_dictionaries(
    {
        name: st.fixed_dictionaries({year: evidence(fact) for year in YEARS}) if fact.is_yearly else evidence(fact)
        for name, fact in VOCABULARY.facts.items()
    }
).map(lambda found: {name: _stated(e) for name, e in found.items() if e is not None})


def _stated(evidence: Any) -> Any:
    return {year: e for year, e in evidence.items() if e is not None} if isinstance(evidence, Mapping) else evidence


@tried(20, suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large])
@given(examples(), st.lists(OFFERS, min_size=8, max_size=8), st.sampled_from([Fraction(0), Fraction(1, 2)]))
@pytest.mark.slow
def test_columns_and_reference_find_the_same_facts_near(
    example: Example, offers: list[Stated], nearness: Fraction
) -> None:
    compiled = compile_rulebook(example.rulebook)
    program = ColumnarProgram(compiled, Grids([compiled], YEAR), "p", nearness)
    frame = program.grids.prepare(frame_of(program, offers), program.grids.read)
    evaluated_frame = program.evaluate(frame).collect().to_native()
    for stated, row in zip(offers, evaluated_frame.iter_rows(named=True), strict=True):
        if row[program.certain]:
            with contextlib.suppress(Rejected):  # a contradiction in what the program does not read
                findings = findings_of(VOCABULARY, stated, YEAR)
                near = tuple(row[name] for name in program.near)
                assert near == program.near_by_reference(findings)


@pytest.mark.parametrize(
    ("low", "is_open", "near"), [("0.6", True, 0), ("0.6", False, 1), ("0.5", True, 1), ("0.55", True, 1)]
)
def test_a_bound_that_is_left_out_is_not_near(low: str, is_open: bool, near: int) -> None:
    vocabulary = make_vocabulary({"size": {"type": "number", "at_least": 0}})
    test = {"fact": "size", "at_most": Decimal("0.5")}
    compiled = compile_rulebook(make_rulebook(vocabulary, {"C": {"met_when": test}}, {"all": ["C"]}))
    program = ColumnarProgram(compiled, Grids([compiled], YEAR), "p", Fraction(1, 5))
    stated = {"size": between(low, low_open=is_open)}
    frame = program.grids.prepare(frame_of(program, [stated]), program.grids.read)
    (bits,) = program.evaluate(frame).collect().to_native().select(program.near).iter_rows()
    assert bits == program.near_by_reference(findings_of(vocabulary, stated, YEAR)) == (near,)


@pytest.mark.slow
@many
@given(examples(), st.lists(OFFERS, min_size=8, max_size=8))
def test_random_rulebooks_come_to_the_same_statuses(example: Example, offers: list[Stated]) -> None:
    compiled = compile_rulebook(example.rulebook)
    program = columnar(compiled)
    for stated, situation in evaluated(program, [*offers]):
        findings = findings_or_fault(stated)
        if isinstance(findings, Rejected):
            assert situation is None or not reads_any(compiled, findings), "a contradiction that columns did not see"
            continue
        if situation is None:
            unsure = exact_where_derived(stated) or departs(example, stated) or may_depart(program, stated)
            assert unsure, "columns could have told"
        else:
            assert situation == program.completions.situation(findings, reference.conditions(compiled, findings))


def may_depart(program: ColumnarProgram, stated: Stated) -> bool:
    """Whether a judgement has no reason where its measure reads a shared fact: columns cannot tell that."""
    judged = [nodes for nodes in program.program.criteria if program.completions.is_above(nodes.measure)]
    evidence = [stated.get(nodes.criterion.judgement or "") for nodes in judged]
    return any(isinstance(one, Evidence) and not one.provenance.because for one in evidence)


def departs(example: Example, stated: Stated) -> bool:
    try:
        Decider(example.rulebook, is_checked=False).decide(SUBJECT, stated, YEAR)
    except Rejected as error:
        return {d.code for d in error.diagnostics} == {"departure-without-reason"}
    return False


def findings_or_fault(stated: Stated) -> Mapping[str, Finding] | Rejected:
    try:
        return findings_of(VOCABULARY, stated, YEAR)
    except Rejected as error:
        return error


def reads_any(program: Program, error: Rejected) -> bool:
    """Whether a contradiction lies in facts that the rulebook reads: others are not its columns."""
    named = {dict(d.words.values)["fact"] for d in error.diagnostics if isinstance(d.words, Message)}
    return not named.isdisjoint(fact.id for fact in program.facts_read)


def exact_where_derived(stated: Stated) -> bool:
    return any(
        isinstance(evidence := stated.get(name), Evidence)
        and isinstance(evidence.possible, Interval)
        and evidence.possible.is_exact
        for name, fact in VOCABULARY.facts.items()
        if fact.derivation
    )


@pytest.mark.slow
@many
@given(examples(), st.lists(OFFERS, min_size=4, max_size=4))
def test_rulings_are_those_of_the_reference(example: Example, offers: list[Stated]) -> None:
    compiled = compile_rulebook(example.rulebook)
    program, decider = columnar(compiled), Decider(example.rulebook, is_checked=False)
    vector_decisions = VectorDecisions(decider)
    for stated, situation in evaluated(program, offers):
        if situation is not None:
            assert program.situation(program.vectors_of(situation)) == situation
            with suppress(Rejected):  # facts that this rulebook does not read contradict each other
                trace = decider.decide(SUBJECT, stated, YEAR)
                assert_decided_so(vector_decisions.over(situation), trace)


def assert_decided_so(made: SituationDecision, trace: Trace) -> None:
    assert made.decided == (trace.verdict, trace.possible_bases)
    assert made.statuses == (*(c.status for c in trace.criteria), *(o.status for o in trace.overrides))
    ids = [trace.criteria[i].criterion.id for i in made.decisive]
    assert ids == [c.criterion.id for c in trace.criteria if c.decisive]


SHARES = make_vocabulary(
    {
        "used": {"type": "share", "per": "year"},
        "mean": {"type": "share", "derived": {"mean": {"of": "used", "years": [-3, -2, -1]}}},
    }
)
HALF = make_rulebook(SHARES, {"C": {"met_when": {"fact": "mean", "at_least": Decimal("0.5")}}}, {"all": ["C"]})
MET, NOT_MET, OPEN = Status.MET, Status.NOT_MET, Status.UNKNOWN


@pytest.mark.parametrize(
    ("years", "mean", "status"),
    [
        (["0.49", "0.5", "0.51"], None, MET),
        (["0.49", "0.5", "0.509999999999"], None, NOT_MET),
        (["0.1", "0.2", "0.3"], None, NOT_MET),
        (["0.75", None, "0.75"], None, MET),
        (["0.75", None, "0.749999999999"], None, OPEN),
        ([None, None, None], "0.5", MET),
        ([None, None, None], between(None, "0.5", high_open=True), NOT_MET),
        ([between("0.75", None, low_open=True), None, "0.75"], None, MET),
        ([between(None, "0.5", high_open=True), "0.5", "0.5"], None, NOT_MET),
        ([between(None, "0.5"), "0.5", "0.5"], None, OPEN),
        (["0.5", "0.5", "0.5"], "0.5", MET),
        (["0.5", "0.5", "0.5"], "0.4", None),
        (["0.5", "0.5", "0.52"], "0.51", None),
        (["0.9", "0.9", None], between(None, "0.5"), None),
    ],
)
def test_a_mean_is_exact_at_its_threshold(years: list[Any], mean: Any, status: Status | None) -> None:
    program = columnar(compile_rulebook(HALF))
    by_year = {y: exact(e) if isinstance(e, str) else e for y, e in zip(YEARS, years, strict=True) if e is not None}
    stated: dict[str, Any] = {"used": by_year}
    if mean is not None:
        stated["mean"] = exact(mean) if isinstance(mean, str) else mean
    ((_, situation),) = evaluated(program, [stated])
    assert situation == (None if status is None else Situation((status,)))


def test_a_threshold_too_fine_for_columns_is_an_error() -> None:
    vocabulary = make_vocabulary({"height": {"type": "number"}})
    fine = {"met_when": {"fact": "height", "at_least": Decimal("900000000.000000001")}}
    rulebook = make_rulebook(vocabulary, {"C": fine}, {"all": ["C"]})
    with pytest.raises(Rejected, match=r"not-columnar: the thresholds on `height` have too many digits"):
        columnar(compile_rulebook(rulebook))


def mean_of_years(count: int) -> Rulebook:
    derived = {"mean": {"of": "size", "years": [-year for year in range(count)]}}
    facts: dict[str, Written] = {
        "size": {"type": "number", "per": "year"},
        "mean": {"type": "number", "derived": derived},
    }
    criterion = {"met_when": {"fact": "mean", "at_least": 1}}
    return make_rulebook(make_vocabulary(facts), {"C": criterion}, {"all": ["C"]})


@pytest.mark.parametrize("size", ["999999999.999999", "-999999999.999999", "1"])
def test_as_many_years_as_columns_can_add_up_are_added_up(size: str) -> None:
    rulebook = mean_of_years(MAX_YEARS)
    program, by_year = columnar(compile_rulebook(rulebook)), {YEAR - i: exact(size) for i in range(MAX_YEARS)}
    but_one = {**by_year, YEAR: unknown(rulebook.vocabulary.facts["size"])}
    offers: list[Stated] = [{"size": by_year}, {"size": but_one}, {"size": {}}]
    expected = [reference.conditions(program.program, findings_of(rulebook.vocabulary, o, YEAR)) for o in offers]
    found = [situation for _, situation in evaluated(program, offers)]
    assert found == [Situation(tuple(statuses[n] for n in program.program.inputs)) for statuses in expected]


def test_a_mean_of_more_years_than_columns_can_add_up_is_an_error() -> None:
    with pytest.raises(Rejected, match=r"not-columnar: `mean` is the mean of more than 32 years"):
        columnar(compile_rulebook(mean_of_years(MAX_YEARS + 1)))


def test_facts_that_no_column_states_are_not_stated() -> None:
    rulebook = Library().in_force(2018)[0]
    program = columnar(compile_rulebook(rulebook), 2018)
    frame = nw.from_native(pl.DataFrame({"id": ["a"]}).lazy())
    vectors = program.evaluate(program.grids.prepare(frame, [])).select("id", program.certain, *program.vectors)
    vectors = vectors.collect().to_native()
    nothing = findings_of(rulebook.vocabulary, {}, 2018)
    expected = program.completions.situation(nothing, reference.conditions(program.program, nothing))
    row = vectors.row(0, named=True)
    assert program.situation([row[v] for v in program.vectors]) == expected
    assert vectors.columns == ["id", program.certain, *program.vectors]


def test_more_items_than_one_vector_holds() -> None:
    vocabulary = make_vocabulary({f"f{i}": {"type": "judgement"} for i in range(45)})
    criteria = {f"C{i}": {"met_when": {"fact": f"f{i}"}} for i in range(45)}
    rulebook = make_rulebook(vocabulary, criteria, {"at_least": 40, "of": list(criteria)})
    program = columnar(compile_rulebook(rulebook))
    assert len(program.vectors) == 2
    answers = ["yes", "no", None]
    stated = {f"f{i}": Evidence(frozenset({answers[i % 3] or ""}), State.KNOWN) for i in range(45) if answers[i % 3]}
    ((_, situation),) = evaluated(program, [stated])
    assert situation == Situation((MET, NOT_MET, OPEN) * 15)


def test_departures_are_facts_of_the_random_rulebooks() -> None:
    assert set(DEPARTURES) <= set(VOCABULARY.facts)
