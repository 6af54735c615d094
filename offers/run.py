"""Reclassifies a register: every offer by every rulebook, with what changed since a run before and why."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from pathlib import Path
from typing import Any, NamedTuple

import polars as pl

from engine.change import Cause, Change, cause_of, change_of
from engine.columnar_evidence import facts_of
from engine.decide import Decider
from engine.diagnostics import IntegrityFault, Place, Rejected, rejected
from engine.library import Library
from engine.program import Program
from engine.rulebook import FactDeclaration, Rulebook
from engine.rulings import Rulings, items_of
from offers.batch import DECISIVE, NEAR, Batch, Book, Evaluator, Reader, RejectedRow, columns_of
from offers.table_headers import Headers
from offers.table_rows import Rows
from offers.tables import ROW, Table

_FORMULA = ["=", "+", "-", "@"]
DECISIONS, RULEBOOKS = "decisions", "rulebooks"
_CHANGE = ("rulebook", "version", "offer", "name", "operator_name", "target_group", "change", "previous_verdict")
CHANGE_SCHEMA = dict.fromkeys((*_CHANGE, "verdict", "outcome", "basis", "cause", "criteria", "facts"), pl.String)


class Previous(NamedTuple):
    """What a register was decided before: for each rulebook the offers' verdicts, the statuses, the evidence.

    `frames` holds, by rulebook id, a row for each offer: `offer`, `verdict`, and where it is known the evidence.
    `rulebooks` holds the rule that decided, where it is known. Unless it is complete, an offer that is not among them
    need not be new.
    """

    year: int
    frames: Mapping[str, pl.DataFrame]
    rulebooks: Mapping[str, Rulebook]
    complete: bool = True


class Request(NamedTuple):
    """What is to be reclassified, and how."""

    table: Table
    reader: Reader
    rulebooks: Sequence[Rulebook]
    year: int
    margin: Fraction
    fragile: bool = True
    previous: Previous | None = None
    successors: Mapping[str, Sequence[str]] | None = None


class Result(NamedTuple):
    """What a run found; the decisions themselves stand in their files."""

    rows: int
    counts: Sequence[Mapping[str, int]]
    rejected: Sequence[RejectedRow]
    changes: pl.DataFrame
    checked: int
    vectors: Sequence[int]
    executions: Sequence[str]


def reclassify(request: Request, folder: Path, told: Callable[[int], None] = lambda rows: None) -> Result:
    """Decide a register, and write `decisions/` and the two halves of `fragile.csv` into a folder.

    `told` is called with the number of rows decided so far.

    Raises:
        Rejected: the register as a whole cannot be read.
        IntegrityFault: evaluators disagree, or a row was lost.
    """
    (folder / DECISIONS).mkdir(parents=True, exist_ok=True)
    repeated: frozenset[str] = frozenset()
    deciders = _deciders(request)
    while True:
        run = _Run(request, deciders, folder, repeated, told)
        run.write()
        found = run.batch.repeated_ids(run.ids_of)
        if found <= repeated:
            return run.result()
        repeated |= found


def _deciders(request: Request) -> list[Decider]:
    return [Decider(rulebook) for rulebook in request.rulebooks]


class _Run:
    def __init__(
        self,
        request: Request,
        deciders: Sequence[Decider],
        folder: Path,
        repeated: frozenset[str],
        told: Callable[[int], None],
    ) -> None:
        self._request, self._folder, self._told = request, folder, told
        table = request.table
        self._schema = table.frame.collect_schema()
        evaluator = Evaluator(
            [d.program for d in deciders],
            request.year,
            self._schema,
            table.sign,
            request.reader,
            request.margin if request.fragile else None,
        )
        books = [Book(Rulings(d), c) for d, c in zip(deciders, evaluator.columnar, strict=True)]
        self.batch = Batch(evaluator, books, table, repeated)
        self._comparisons = [Comparison(request, book, evaluator) for book in books] if request.previous else []

    def write(self) -> None:
        """Decide everything, in one pass over the table."""
        own = {f"{i} {n}": d for i, book in enumerate(self.batch.books) for n, d in book.schema.items()}
        names = range(len(self.batch.books)) if self._request.fragile else ()
        near = {f"{i} {NEAR}": pl.String() for i in names}
        compared = {f"{i} {n}": pl.String() for i in range(len(self.batch.books)) for n in COMPARED}
        schema = {**self._schema, **own, **near, **compared}
        decided = self.batch.evaluator.with_vectors(self._request.table.frame).map_batches(
            lambda chunk: self._decide(chunk).select(list(schema)), schema=schema, streamable=True
        )
        sinks = [sink for i, book in enumerate(self.batch.books) for sink in self._sinks(decided, i, book)]
        try:
            pl.collect_all(sinks, engine="streaming")
        except pl.exceptions.ComputeError as error:
            if isinstance(error.__cause__, IntegrityFault | Rejected):
                raise error.__cause__ from None
            place = Place(self._request.table.file)
            raise rejected(place, "unreadable", f"the table cannot be read: {str(error).splitlines()[0]}") from None

    def _decide(self, chunk: pl.DataFrame) -> pl.DataFrame:
        decided = self.batch.decide(chunk)
        self._told(self.batch.rows)
        columns = [
            column
            for i in range(len(self.batch.books))
            for column in (
                self._comparisons[i].compare(decided, i) if self._comparisons else _nothing_compared(i, decided.height)
            )
        ]
        return decided.with_columns(columns)

    def _sinks(self, decided: pl.LazyFrame, i: int, book: Book) -> Iterator[pl.LazyFrame]:
        rulebook = book.rulebook
        columns = [pl.col("id").cast(pl.String).str.strip_chars().alias("offer")]
        columns += [pl.col(f"{i} {name}").alias(name) for name in book.schema if name != DECISIVE]
        columns += [self._cleaned(name) for name in self.evidence_of(book.rulings.program)]
        columns += [pl.col(f"{i} {name}").alias(name) for name in COMPARED]
        file = self._folder / DECISIONS / f"{rulebook.id}@{rulebook.version}.parquet"
        yield decided.select(columns).sink_parquet(file, lazy=True)
        if not self._request.fragile:
            return
        is_fragile = pl.col(f"{i} {DECISIVE}").is_not_null() | pl.col(f"{i} {NEAR}").is_not_null()
        name = pl.col("name") if "name" in self._schema else pl.lit(None, pl.String)
        fragile = decided.filter(is_fragile).select(
            pl.lit(rulebook.id).alias("rulebook"),
            pl.lit(rulebook.version).alias("version"),
            harmless_cell(pl.col("id").cast(pl.String).str.strip_chars()).alias("offer"),
            harmless_cell(name.cast(pl.String)).alias("name"),
            pl.col(f"{i} verdict").alias("verdict"),
            pl.col(f"{i} outcome").alias("outcome"),
            pl.col(f"{i} {DECISIVE}").alias("carried_by"),
            pl.col(f"{i} {NEAR}").alias("near_threshold"),
        )
        yield fragile.sink_csv(self._folder / f"fragile.{i}.csv", include_header=i == 0, lazy=True)

    def evidence_of(self, program: Program) -> list[str]:
        """The columns of the evidence that a program uses, as far as the table has them."""
        return [name for name in evidence_columns(program, self._request.year) if name in self._schema]

    def _cleaned(self, name: str) -> pl.Expr:
        if self._schema[name] != pl.String:
            return pl.col(name)
        text = pl.col(name).str.strip_chars()
        fact = self._request.rulebooks[0].vocabulary.facts.get(name) or self._fact_of_year(name)
        if self._request.table.sign == "," and fact is not None and fact.is_number:
            text = text.str.replace_all(",", ".", literal=True)
        return pl.when(text != "").then(text).alias(name)

    def _fact_of_year(self, name: str) -> FactDeclaration | None:
        return self._request.rulebooks[0].vocabulary.facts.get(name.rpartition("_")[0])

    def ids_of(self, hashes: pl.Series) -> Iterable[str]:
        """The ids with certain hashes, each as often as it stands in the table."""
        ids = self._request.table.frame.select(pl.col("id").cast(pl.String).str.strip_chars())
        with_hash = ids.map_batches(lambda f: f.filter(f["id"].hash().is_in(hashes.implode())), streamable=True)
        return with_hash.collect(engine="streaming")["id"].to_list()

    def result(self) -> Result:
        batch = self.batch
        for book in batch.books:
            total = sum(book.counted().values()) + len(batch.rejected)
            if total != batch.rows:
                raise IntegrityFault(f"{batch.rows} rows came in, {total} came out by {book.rulebook.id}")
        for comparison in self._comparisons:
            comparison.rejected(batch.rejected)
        changes = [row for c in self._comparisons for row in c.rows()]
        executions = [book.rulings.execution.engine if book.rulings.execution else "" for book in batch.books]
        return Result(
            rows=batch.rows,
            counts=[book.counted() for book in batch.books],
            rejected=sorted(batch.rejected, key=lambda r: r.row),
            changes=pl.DataFrame(changes, schema=CHANGE_SCHEMA, orient="row"),
            checked=batch.checked,
            vectors=[book.rulings.vectors for book in batch.books],
            executions=executions,
        )


COMPARED = ("previous_verdict", "change", "cause")


def _nothing_compared(i: int, height: int) -> list[pl.Series]:
    return [pl.repeat(None, height, dtype=pl.String, eager=True).alias(f"{i} {name}") for name in COMPARED]


def evidence_columns(program: Program, year: int) -> list[str]:
    """The columns of a table in which the evidence that a program uses is stated, for an agreement year."""
    facts = facts_of(program)
    reasons = [f"{fact.id}_because" for fact in facts if fact.written.type == "judgement"]
    return [*columns_of(facts, year), *reasons]


def harmless_cell(text: pl.Expr) -> pl.Expr:
    """Texts that a spreadsheet takes as text, never as a formula."""
    first = text.str.slice(0, 1)
    after_spaces = pl.when(first.is_in([" ", "\t", "\r", "\n"])).then(text.str.strip_chars_start()).str.slice(0, 1)
    begins = first.is_in([*_FORMULA, "\t", "\r"]) | after_spaces.is_in(_FORMULA).fill_null(value=False)
    return pl.when(begins).then(pl.concat_str(pl.lit("'"), text)).otherwise(text)


class Comparison:
    """One rulebook's decisions beside those of a run before."""

    def __init__(self, request: Request, book: Book, evaluator: Evaluator) -> None:
        assert request.previous is not None
        self._request, self._book, self._evaluator = request, book, evaluator
        self._before = request.previous.frames.get(book.rulebook.id, _NOBODY)
        self._by_id = {offer: row for row, offer in enumerate(self._before["offer"])}
        self._predecessors: dict[str, list[str]] = {}
        for old, news in (request.successors or {}).items():
            for new in news:
                self._predecessors.setdefault(new, []).append(old)
        self._renamed = {old for olds in self._predecessors.values() for old in olds}
        self._seen: set[int] = set()
        self._complete = request.previous.complete
        self._rows: list[tuple[str | None, ...]] = []
        old_rule = request.previous.rulebooks.get(book.rulebook.id)
        self._causes = None
        if old_rule is not None and request.previous.year:
            self._causes = Causes(request, old_rule, book.rulebook, self._before)

    def compare(self, decided: pl.DataFrame, i: int) -> list[pl.Series]:
        """The columns `COMPARED` for some decided rows; what changed is kept for the list of changes."""
        ids = decided["id"].cast(pl.String).str.strip_chars().to_list()
        verdicts = decided[f"{i} verdict"].cast(pl.String).to_list()
        found: list[tuple[str | None, str | None, str | None]] = []
        for row, (offer, verdict) in enumerate(zip(ids, verdicts, strict=True)):
            before = self._rows_before(offer)
            self._seen.update(before)
            old = list(dict.fromkeys(self._before["verdict"][r] for r in before))
            previous = "|".join(old) or None
            change = change_of(old[0] if len(old) == 1 else _joint(old), verdict)
            if change is None or (change is Change.NEW and not self._complete):
                found.append((previous, None, None))
                continue
            cells = decided.row(row, named=True)
            cause, criteria, facts = self._cause(before, cells, i, change)
            found.append((previous, change.value, cause))
            about = (cells.get("name"), cells.get("operator_name"), cells.get("target_group"))
            now = (verdict, cells[f"{i} outcome"], cells[f"{i} basis"])
            rulebook = self._book.rulebook
            self._rows.append(
                (rulebook.id, rulebook.version, offer, *about, change.value, previous, *now, cause, criteria, facts)
            )
        columns = zip(*found, strict=True) if found else ([], [], [])
        names = [f"{i} {name}" for name in COMPARED]
        return [pl.Series(n, list(c), dtype=pl.String) for n, c in zip(names, columns, strict=True)]

    def rejected(self, rows: Iterable[RejectedRow]) -> None:
        """Note the offers whose rows were refused: they are not closed."""
        for row in rows:
            for before in self._rows_before(str(row.id or "").strip()):
                self._seen.add(before)
                self._rows.append(self._gone(before, Change.REJECTED))

    def rows(self) -> list[tuple[str | None, ...]]:
        """The rows of the list of changes, by offer, those that are closed last."""
        closed = [self._gone(r, Change.CLOSED) for r in range(self._before.height) if r not in self._seen]
        return [*sorted(self._rows, key=lambda row: row[2] or ""), *closed]

    def _gone(self, row: int, change: Change) -> tuple[str | None, ...]:
        rulebook, cells = self._book.rulebook, self._before.row(row, named=True)
        about = (cells["offer"], None, None, None, change.value, cells["verdict"])
        return (rulebook.id, rulebook.version, *about, None, None, None, None, None, None)

    def _rows_before(self, offer: str) -> list[int]:
        names = self._predecessors.get(offer) or ([] if offer in self._renamed else [offer])
        return [self._by_id[name] for name in names if name in self._by_id]

    def _cause(
        self, before: list[int], cells: Mapping[str, Any], i: int, change: Change
    ) -> tuple[str | None, str | None, str | None]:
        if change is Change.NEW or len(before) != 1 or self._causes is None:
            return None, None, None
        return self._causes.of(before[0], cells, {n: cells[f"{i} {n}"] for n in self._book.schema})


def _joint(verdicts: Sequence[str]) -> str | None:
    """The verdict of several offers that became one: met where one of them was."""
    return next((v for v in ("met", "undetermined", "not_met") if v in verdicts), None)


_NOBODY = pl.DataFrame(schema={"offer": pl.String, "verdict": pl.String})


class Causes:
    """Decides old and new data under the old and the new rule, the year going with the data."""

    def __init__(self, request: Request, old: Rulebook, new: Rulebook, before: pl.DataFrame) -> None:
        assert request.previous is not None
        self._old, self._new = Decider(old, engine="reference"), Decider(new, engine="reference")
        self._old_year, self._year = request.previous.year, request.year
        self._before, self._reader = before, request.reader
        names = [n for n in before.columns if Headers(new.vocabulary).name_of(n) == n and n not in ("id", "name")]
        columns = Headers(new.vocabulary).read(["id", *names], "previous run")
        table = Table("previous run", "parquet", tuple(columns), before.lazy(), ".", {}, "", before.height)
        self._old_rows = Rows(table, new.vocabulary)

    def of(
        self, row: int, cells: Mapping[str, Any], now: Mapping[str, Any]
    ) -> tuple[str | None, str | None, str | None]:
        """What turned a verdict, and the criteria and facts in which it shows."""
        old_cells = self._before.row(row, named=True)
        old_cells = {**old_cells, "id": old_cells["offer"]}
        try:
            old_stated = self._old_rows.offer(row, old_cells).stated
            new_stated = self._reader.offer(cells[ROW], cells).stated
        except Rejected:
            return None, None, None
        on = _verdict(self._new, old_stated, self._old_year)
        no = _verdict(self._old, new_stated, self._year)
        cause = cause_of(old_cells["verdict"], no, on, now["verdict"])
        criteria = [c.id for c in self._new.program.rulebook.criteria if old_cells.get(c.id) != now[c.id]]
        facts = self._facts(criteria, old_stated, new_stated) if cause is not Cause.RULE else []
        return cause.value if cause else None, " ".join(criteria) or None, " ".join(facts) or None

    def _facts(self, criteria: list[str], old: Mapping[str, Any], new: Mapping[str, Any]) -> list[str]:
        """The facts whose evidence differs, among those that the criteria, or an override, read."""
        program = self._new.program
        names = list(dict.fromkeys(n for f in facts_of(program) for n in (f.id, *_parts(f))))
        return [n for n in names if _possible(old.get(n), self._old_year) != _possible(new.get(n), self._year)]


def _parts(fact: FactDeclaration) -> tuple[str, ...]:
    derived = fact.written.derived
    if derived is None:
        return ()
    return (derived.mean.of,) if derived.mean else (derived.ratio.of, derived.ratio.to) if derived.ratio else ()


def _possible(evidence: Any, year: int) -> Any:
    """What is possible, with years counted from the agreement year."""
    if evidence is None:
        return None
    if isinstance(evidence, Mapping):
        return {y - year: found.possible for y, found in evidence.items()}
    return evidence.possible


def _verdict(decider: Decider, stated: Any, year: int) -> str | None:
    try:
        return decider.rule(items_of([decider.program], stated, year)[0])[0].verdict.value
    except Rejected:
        return None


def read_previous(folder: Path, rulebooks: Sequence[Rulebook]) -> Previous:
    """A run that was written before.

    Raises:
        Rejected: the folder holds none.
    """
    try:
        record = json.loads((folder / "run.json").read_bytes())
        books = {r["id"]: f"{r['id']}@{r['version']}" for r in record["rulebooks"]}
        year = int(record["year"])
        library = Library(folder / RULEBOOKS)
    except (OSError, ValueError, KeyError, TypeError):
        raise rejected(Place(str(folder)), "unreadable", "there is no complete run in the folder") from None
    frames = {i: pl.read_parquet(folder / DECISIONS / f"{name}.parquet") for i, name in books.items()}
    whole = _with_all_evidence(frames)
    old = {r.id: r for r in library.rulebooks}
    wanted = {r.id for r in rulebooks}
    return Previous(year, {i: f for i, f in whole.items() if i in wanted}, old)


def _with_all_evidence(frames: Mapping[str, pl.DataFrame]) -> dict[str, pl.DataFrame]:
    """Each rulebook's decisions with the evidence that the others used, too: another rule may ask for it."""
    whole = {}
    for name, frame in frames.items():
        found = frame.with_columns(pl.col("verdict", "outcome", "basis").cast(pl.String))
        for other in frames.values():
            extra = [c for c in other.columns if c not in found.columns and "_" in c]
            found = found.join(other.select("offer", *extra), on="offer", how="left") if extra else found
        whole[name] = found
    return whole
