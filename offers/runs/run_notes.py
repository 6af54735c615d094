"""The notes on the decisions of a run, counted: what is assumed, unreasoned, inconsistent, or published otherwise."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import polars as pl

from engine.decisions.notes import notes_on_published
from engine.evaluation.program import Program, TestNode
from engine.rulebooks.rulebook import Rulebook, Verdict
from offers.columns.decision_table import DecisionTable
from offers.records.evidence import UNKNOWN
from offers.records.input_remarks import InputRemark
from offers.records.offer import Offer
from offers.runs.run_pass import Pass
from offers.tables.offer_files import OfferRows
from offers.tables.paths import parquet_files

_WIDER = "wider"
_TEXTS = (pl.String, pl.Categorical, pl.Enum)
"""Types of cells that may say that something is not known; any other says what it holds."""


def notes_on_run(run: Pass) -> list[InputRemark]:
    """The notes that the same offers have one by one, with how many have each.

    `assumed` (`fact`), `without_reason`, `published_contradiction` and `published_unknown` (`rulebook`),
    `superset_not_met` and `superset_undetermined` (`rulebook`, `superset`). Offer files alone say what was
    published. One fact that several rulebooks assume is one note.
    """
    notes = [note for table in run.decision_tables for note in _notes(run, table)]
    return list({(note.code, tuple(sorted(note.detail.items()))): note for note in notes}.values())


def _notes(run: Pass, table: DecisionTable) -> Iterator[InputRemark]:
    decided, program = _decided(run, table), table.decisions.program
    counted = [*_assumed(decided, program), *_without_reason(decided, program)]
    sums = [where.sum().alias(f"{number}") for number, (_, where) in enumerate(counted)]
    counts = decided.select(sums).collect(engine="streaming").row(0) if sums else ()
    yield from (note._replace(offers=count) for (note, _), count in zip(counted, counts, strict=True) if count)
    yield from _published(run, decided, program.rulebook)
    wider = next((one for one in run.decision_tables if one.rulebook.id == table.rulebook.subset_of), None)
    if wider is not None:
        yield from _inconsistent(decided, _decided(run, wider), table, wider)


def _decided(run: Pass, table: DecisionTable) -> pl.LazyFrame:
    path = run.file_of(table)
    return pl.scan_parquet(parquet_files(path) if path.is_dir() else [path], glob=False)


Counted = tuple[InputRemark, pl.Expr]
"""A note on some offers, and which they are."""


def _assumed(decided: pl.LazyFrame, program: Program) -> Iterator[Counted]:
    for fact in program.facts_tested:
        if fact.assumed is not None:
            yield InputRemark("assumed", 0, {"fact": fact.id}), ~_is_stated(fact.id, decided)


def _without_reason(decided: pl.LazyFrame, program: Program) -> Iterator[Counted]:
    """Judgements that settled the status of a criterion, and say no reason."""
    facts = program.rulebook.vocabulary.facts
    tested = [(nodes, leaf) for nodes in program.criteria for leaf in program.leaves_at(nodes.status).values()]
    judged = [
        _is_known(leaf.test.fact, decided)
        & ~_is_stated(f"{leaf.test.fact}_because", decided)
        & pl.col(nodes.criterion.id).cast(pl.String).is_in(_KNOWN)
        for nodes, leaf in tested
        if isinstance(leaf, TestNode) and facts[leaf.test.fact].is_judgement
    ]
    if judged:
        yield InputRemark("without_reason", 0, {"rulebook": program.rulebook.id}), pl.any_horizontal(judged)


def _published(run: Pass, decided: pl.LazyFrame, rulebook: Rulebook) -> Iterator[InputRemark]:
    """What was published of decided offers for the year, and differs from itself or names what is not there."""
    reader = run.request.reader
    offers = [offer for offer in reader.offers if isinstance(offer, Offer)] if isinstance(reader, OfferRows) else []
    notes = [
        (offer.id, note.code)
        for offer in offers
        for note in notes_on_published(offer.subject().published, rulebook, run.request.year)
    ]
    ids = set(decided.select("offer").collect()["offer"]) if notes else set()
    for code, count in sorted(Counter(code for offer, code in notes if offer in ids).items()):
        yield InputRemark(code, count, {"rulebook": rulebook.id})


_KNOWN = ("met", "not_met", "not_applicable")


def _inconsistent(
    decided: pl.LazyFrame, wider: pl.LazyFrame, table: DecisionTable, of_wider: DecisionTable
) -> Iterator[InputRemark]:
    # The rows of both files are the same offers in the same order.
    verdicts = [decided.select("verdict"), wider.select(pl.col("verdict").cast(pl.String).alias(_WIDER))]
    met = pl.concat(verdicts, how="horizontal").filter(pl.col("verdict").cast(pl.String) == Verdict.MET.value)
    counts = met.group_by(_WIDER).len().collect(engine="streaming")
    detail = {"rulebook": table.rulebook.id, "superset": of_wider.rulebook.id}
    for verdict, code in ((Verdict.NOT_MET, "superset_not_met"), (Verdict.UNDETERMINED, "superset_undetermined")):
        for count in counts.filter(pl.col(_WIDER) == verdict.value)["len"]:
            yield InputRemark(code, count, detail)


def _is_stated(name: str, decided: pl.LazyFrame) -> pl.Expr:
    """Where a cell states anything: texts are on record without spaces around them, and empty ones not at all."""
    # Of a column that is not there it is false on every row, which is counted; every offer has its id.
    return pl.col(name).is_not_null() if name in decided.collect_schema() else pl.col("offer").is_null()


def _is_known(fact: str, decided: pl.LazyFrame) -> pl.Expr:
    is_stated = _is_stated(fact, decided)
    if decided.collect_schema().get(fact) not in _TEXTS:
        return is_stated
    return is_stated & ~pl.col(fact).cast(pl.String).str.to_lowercase().is_in(UNKNOWN)
