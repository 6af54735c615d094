"""The changes of a run as they are listed: in groups, with the evidence before and now, in codes or in words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

import polars as pl

from cli.common.change_words import Group, change_word, group_word
from cli.common.table_words import TableWords
from engine.comparison.atom import AtomSet
from engine.decisions.cause_of_change import Cause, VerdictChange
from engine.defects import is_defect
from engine.explanation.causes_in_words import CauseWords, cause_word
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import FactDeclaration, FixedYear, Rulebook, Vocabulary
from engine.texts.danish_order import danish_order
from engine.texts.days import minute_in_table
from engine.values.interval import Interval
from engine.values.numbers import decimal_text
from offers.columns.decided_columns import OVERRIDDEN_IN_FULL
from offers.comparison.causes_of_changes import MORE
from offers.comparison.changed_offers import rows_at
from offers.comparison.defect_of_offer import DefectOfOffer
from offers.comparison.matching import AT, BEFORE, Matching
from offers.comparison.previous import DECISIONS
from offers.comparison.renamed_columns import with_ids_of
from offers.records.described import described_by
from offers.records.evidence import UNKNOWN
from offers.records.offer import DESCRIBED
from offers.records.words import names_of_terms
from offers.tables.headers import header_of
from offers.tables.services import services_of_document
from offers.tables.table import DOCUMENT, SEVERAL

if TYPE_CHECKING:
    from offers.runs.run_pass import Request, RunResult

COLUMNS = (
    *("group", "rulebook", "version", "offer", "name", "operator_name", "target_group", "services", "change"),
    *("previous_verdict", "verdict", "outcome", "basis", "cause", "criteria", "facts", "evidence_before"),
    *("evidence_now", "causes", *OVERRIDDEN_IN_FULL),
)
_ABOUT = ("name", "operator_name", "target_group", "services", DOCUMENT)
_WAS, _IS = "before ", "now "
"""Before the names of columns of either run."""


class _Evidence(NamedTuple):
    """A column of facts that a change names, or of one of its years, as it is called before and now.

    What describes an offer is a column of several facts; each of the others has its own.
    """

    facts: tuple[FactDeclaration, ...]
    was: str
    now: str
    years: tuple[int | None, int | None]
    vocabulary: Vocabulary


class ListedChanges:
    """The changes of a run, with what both runs say about the offers.

    Args:
        request: what was reclassified, and with what it was compared.
        result: what the run found.
        folder: the folder that holds its decisions.
    """

    def __init__(self, request: Request, result: RunResult, folder: Path) -> None:
        self._request, self._causes = request, result.causes
        self.defects_of_offers: dict[str, DefectOfOffer] = {}
        """By their ids, the defects of ours that offers met when their services were said."""
        self._parts = [(rulebook, *self._part(rulebook, result.changes, folder)) for rulebook in request.rulebooks]

    def codes(self) -> pl.DataFrame:
        """The list as programs read it."""
        return pl.concat([self._listed(part, evidence, None) for _, part, evidence in self._parts])

    def words(self, wording: Wording) -> pl.DataFrame:
        """The list as people read it: by groups and the names of offers, its columns by their headings."""
        words = TableWords(wording)
        parts = []
        for rulebook, part, evidence in self._parts:
            listed = _by_name(self._listed(part, evidence, words))
            said = _Said(rulebook, words, self._causes).of_columns
            change = _changes_in_words(listed, words.wording)
            parts.append(listed.with_columns(change, *(_mapped(listed[name], say) for name, say in said.items())))
        return pl.concat(parts).rename(dict(zip(COLUMNS, words.headings(COLUMNS), strict=True)))

    # --- what both runs say ---

    def _part(
        self, rulebook: Rulebook, changes: pl.DataFrame, folder: Path
    ) -> tuple[pl.DataFrame, Sequence[_Evidence]]:
        """The changes by a rulebook in their groups, with the columns of both runs."""
        changes = changes.filter(pl.col("rulebook") == rulebook.id)
        frame, year = self._frame_before(rulebook)
        now = pl.scan_parquet(folder / DECISIONS / f"{rulebook.name}.parquet", glob=False)
        names = {n for text in changes["facts"].unique().drop_nulls() for n in text.split()}
        evidence = list(self._evidence_of(rulebook, sorted(names), frame, now, year))
        offers = changes["offer"]
        asked = [name for name in dict.fromkeys([*_ABOUT, *(one.now for one in evidence)]) if name in _names(now)]
        rows = now.filter(pl.col("offer").is_in(offers.implode())).select("offer", *asked).collect(engine="streaming")
        rows = rows.select("offer", *(pl.col(name).cast(pl.String).alias(_IS + name) for name in asked))
        was = _before(frame, changes, self._successors, [*_ABOUT, *(one.was for one in evidence)])
        part = changes.join(rows, on="offer", how="left", maintain_order="left").hstack(was)
        groups = list(Group)
        part = part.with_columns(
            _mapped(part["change"], lambda change: Group.of(VerdictChange(change)).value).alias("group")
        )
        order = part["group"].replace_strict({g.value: n for n, g in enumerate(groups)}, return_dtype=pl.Int8)
        return part[order.arg_sort()] if part.height else part, evidence

    @property
    def _successors(self) -> Mapping[str, Sequence[str]]:
        return self._request.previous.successors if self._request.previous else {}

    def _frame_before(self, rulebook: Rulebook) -> tuple[pl.LazyFrame, int]:
        previous = self._request.previous
        assert previous is not None
        frame = previous.frames.get(rulebook.id, pl.LazyFrame(schema={"offer": pl.String}))
        former = previous.rulebooks.get(rulebook.id)
        return (with_ids_of(former, rulebook, frame) if former else frame), previous.year

    def _evidence_of(
        self, rulebook: Rulebook, names: Sequence[str], was: pl.LazyFrame, now: pl.LazyFrame, year_before: int
    ) -> Iterator[_Evidence]:
        """The columns of facts in either run, of a year that moves with the agreement year by its distance from it."""
        sources = {source for fact in rulebook.vocabulary.facts.values() for source in fact.sources}
        known, year = ({*_names(was)}, {*_names(now)}), self._request.year
        vocabulary, described = rulebook.vocabulary, dict[str, list[FactDeclaration]]()
        for name in names:
            fact = vocabulary.facts[name]
            if column := described_by(fact):
                described.setdefault(column, []).append(fact)
            elif name in known[0] | known[1]:
                yield _Evidence((fact,), name, name, (None, None), vocabulary)
            fixed = {int(o) for of, o in sources if of == name and isinstance(o, FixedYear)}
            for stays in sorted(fixed):
                yield _Evidence((fact,), f"{name}_{stays}", f"{name}_{stays}", (stays, stays), vocabulary)
            offsets = {
                int(c[-4:]) - y for k, y in zip(known, (year_before, year), strict=True) for c in _yearly(name, k)
            }
            pairs = [(year_before + offset, year + offset) for offset in sorted(offsets)]
            for years in (pair for pair in pairs if fixed.isdisjoint(pair)):
                yield _Evidence((fact,), f"{name}_{years[0]}", f"{name}_{years[1]}", years, vocabulary)
        for column, facts in described.items():
            yield _Evidence(tuple(facts), column, column, (None, None), vocabulary)

    # --- as they are listed ---

    def _listed(self, part: pl.DataFrame, evidence: Sequence[_Evidence], words: TableWords | None) -> pl.DataFrame:
        """The columns of the list, its evidence in words or as files write it."""
        either = [_first(part, name).alias(name) for name in ("name", "operator_name", "target_group")]
        services = _first(part, "services"), self._services(part.select("offer", "verdict", _first(part, DOCUMENT)))
        pairs = [_sides(part, one, words) for one in evidence]
        listed = part.with_columns(
            *either,
            pl.coalesce(services).alias("services"),
            _joined([was for was, _ in pairs]).alias("evidence_before"),
            _joined([now for _, now in pairs]).alias("evidence_now"),
        )
        return listed.select(COLUMNS)

    def _services(self, documents: pl.DataFrame) -> pl.Series:
        """The services of offers with their verdicts and documents; none where that meets a defect of ours."""
        return pl.Series([self._services_of(*row) for row in documents.iter_rows()], dtype=pl.String)

    def _services_of(self, offer: str, verdict: str | None, document: str | None) -> str | None:
        try:
            return None if document is None else self._services_in(document)
        except Exception as error:
            if not is_defect(error):
                raise
            file = self._request.table.file
            if verdict is None and self._request.previous is not None:
                file = self._request.previous.folder or file
            self.defects_of_offers[offer] = DefectOfOffer(file, offer, error)
            return None

    def _services_in(self, document: str) -> str | None:
        return services_of_document(document, self._request.rulebooks[0].vocabulary)


def _names(frame: pl.LazyFrame) -> list[str]:
    return frame.collect_schema().names()


def _yearly(name: str, columns: set[str]) -> Iterator[str]:
    yield from (c for c in columns if c.startswith(f"{name}_") and c[len(name) + 1 :].isdecimal())


def _before(
    frame: pl.LazyFrame, changes: pl.DataFrame, successors: Mapping[str, Sequence[str]], names: Sequence[str]
) -> pl.DataFrame:
    """What the run before says of each changed offer; of a merged one all that is said of what it was made of."""
    asked = [name for name in dict.fromkeys(names) if name in _names(frame)]
    offers, height = frame.select("offer").collect(engine="streaming")["offer"], changes.height
    matched = Matching(offers, successors).match(changes["offer"]).pairs
    # An offer that is gone stands under the id that it had.
    gone = changes["change"].is_in([VerdictChange.CLOSED.value, VerdictChange.REJECTED.value]).arg_true()
    of_gone = Matching(offers, {}).match(changes["offer"].gather(gone))
    own = pl.DataFrame([gone.cast(pl.UInt32).alias(AT), of_gone.row.alias(BEFORE)]).drop_nulls()
    pairs = pl.concat([matched.filter(~pl.col(AT).is_in(gone.cast(pl.UInt32).implode())), own])
    rows = rows_at(frame.select(asked or ["offer"]), pairs[BEFORE]).select(pl.all().cast(pl.String)).hstack([pairs[AT]])
    if rows[AT].is_duplicated().any():
        rows = rows.group_by(AT, maintain_order=True).agg(
            pl.when(pl.col(name).count() > 0).then(
                pl.col(name).drop_nulls().unique(maintain_order=True).str.join(" / ")
            )
            for name in asked
        )
    places = pl.DataFrame([pl.int_range(height, dtype=pl.UInt32, eager=True).alias(AT)])
    said = places.join(rows, on=AT, how="left", maintain_order="left")
    return said.select(pl.col(name).alias(_WAS + name) for name in asked)


def _column(part: pl.DataFrame, name: str) -> pl.Expr:
    return pl.col(name) if name in part.columns else pl.lit(None, pl.String)


def _first(part: pl.DataFrame, name: str) -> pl.Expr:
    """What is said of an offer now, else before."""
    columns = [pl.col(c) for c in (_IS + name, name, _WAS + name) if c in part.columns]
    return pl.coalesce(columns or [pl.when(pl.col("rulebook").is_null()).then(pl.lit(""))])


def _sides(part: pl.DataFrame, one: _Evidence, words: TableWords | None) -> tuple[pl.Expr, pl.Expr]:
    """What a column of evidence says before and now, where a change names its fact and it differs."""
    was, now = _column(part, _WAS + one.was), _column(part, _IS + one.now)
    named = pl.col("facts").str.split(" ")
    is_told = pl.any_horizontal(named.list.contains(fact.id) for fact in one.facts) & was.ne_missing(now)
    sides = []
    for cell, name, year in ((was, one.was, one.years[0]), (now, one.now, one.years[1])):
        label = _label(one, year, words.wording) if words else name
        text = _in_words(cell, one, words).fill_null(words.wording.phrase("not_stated")) if words else cell
        sides.append(pl.when(is_told).then(pl.concat_str(pl.lit(f"{label}: "), text.fill_null(""))))
    return sides[0], sides[1]


def _label(one: _Evidence, year: int | None, wording: Wording) -> str:
    if described_by(one.facts[0]) is not None:
        return wording.text(DESCRIBED[one.now])
    return header_of(one.facts[0], wording.language, year)


def _in_words(cell: pl.Expr, one: _Evidence, words: TableWords) -> pl.Expr:
    """A cell of evidence as a person writes it."""
    wording, fact = words.wording, one.facts[0]
    if one.now == "services":
        return cell.map_batches(
            lambda texts: _mapped(texts, lambda text: words.services(text, one.vocabulary)), return_dtype=pl.String
        )
    if described_by(fact) is not None:
        terms = one.vocabulary.terms.get(one.now, {})
        names = {name: wording.text(terms[term]) for name, term in names_of_terms(terms).items()}
        return cell.map_batches(
            lambda texts: _mapped(texts, lambda text: _several(text, names)), return_dtype=pl.String
        )
    unknown = wording.gettext("unknown")
    known = dict.fromkeys(UNKNOWN, unknown)
    if fact.is_number:
        return cell.map_batches(
            lambda texts: _mapped(texts, lambda text: known.get(text) or words.decimals(_within(fact, text)))
        )
    known |= {
        name.casefold(): wording.answer(fact, code)
        for code, label in fact.answers.items()
        for name in (code, label.da, label.en)
    }
    return cell.map_batches(lambda texts: _mapped(texts, lambda text: _several(text, known)))


def _within(fact: FactDeclaration, number: str) -> str:
    """A number or bound without an end that is the fact's own limit."""
    domain = fact.domain
    assert isinstance(domain, Interval)
    low = "" if domain.low is None else f">={decimal_text(domain.low)} "
    high = "" if domain.high is None else f" <={decimal_text(domain.high)}"
    return number.removeprefix(low).removesuffix(high)


def _several(text: str, known: Mapping[str, str]) -> str:
    return f" {SEVERAL} ".join(known.get(word.strip().casefold(), word.strip()) for word in text.split(SEVERAL))


def _joined(texts: Sequence[pl.Expr]) -> pl.Expr:
    joined = pl.concat_str(texts or [pl.lit(None, pl.String)], separator="; ", ignore_nulls=True)
    return pl.when(joined != "").then(joined)


def _mapped(texts: pl.Series, say: Callable[[str], str]) -> pl.Series:
    """Each text as it is said, each distinct one once."""
    distinct = texts.unique().drop_nulls()
    said = pl.Series([say(text) for text in distinct], dtype=pl.String)
    return texts.replace_strict(distinct, said, default=None, return_dtype=pl.String)


def _by_name(listed: pl.DataFrame) -> pl.DataFrame:
    """A list with the offers of each group in the order in which a reader looks for their names."""
    group = listed["group"].replace_strict({one.value: n for n, one in enumerate(Group)}, return_dtype=pl.Int8)
    name = _mapped(listed.select(pl.coalesce("name", "offer")).to_series(), lambda name: "\0".join(danish_order(name)))
    order = pl.DataFrame({"group": group, "name": name})
    return listed[order.select(pl.arg_sort_by("group", "name", maintain_order=True)).to_series()]


def _changes_in_words(listed: pl.DataFrame, wording: Wording) -> pl.Series:
    """How each verdict changed, by what it was before."""
    pairs = listed.select(pl.concat_str(["change", "previous_verdict"], separator=" ", ignore_nulls=True)).to_series()

    def say(pair: str) -> str:
        change, _, before = pair.partition(" ")
        return change_word(VerdictChange(change), before, wording)

    return _mapped(pairs, say).alias("change")


class _Said:
    """By column, what is said for the codes of one rulebook's changes."""

    def __init__(self, rulebook: Rulebook, words: TableWords, causes: Mapping[str, Sequence[AtomSet]]) -> None:
        self._rulebook, self._words, self._causes = rulebook, words, causes
        self._wording, self._cause_words = words.wording, CauseWords([rulebook], words.wording)

    @property
    def of_columns(self) -> dict[str, Callable[[str], str]]:
        """What is said, by the name of the column."""
        wording, words, rulebook = self._wording, self._words, self._rulebook
        groups = {
            code: wording.text(label) for code, label in rulebook.vocabulary.terms.get("target_group", {}).items()
        }
        return {
            "group": lambda code: group_word(Group(code), wording),
            "rulebook": lambda _: wording.text(rulebook.title),
            "target_group": lambda cell: _several(cell, groups),
            "services": lambda cell: words.services(cell, rulebook.vocabulary),
            "previous_verdict": lambda codes: " / ".join(map(self._outcome, codes.split(SEVERAL))),
            "verdict": words.verdict,
            "outcome": lambda outcome: words.label(rulebook.outcomes, outcome),
            "basis": lambda basis: words.basis(rulebook, basis),
            "cause": lambda code: cause_word(Cause(code), wording),
            "facts": self._facts,
            "causes": self._sets,
            "recorded_override": lambda outcome: words.label(rulebook.outcomes, outcome),
            "recorded_override_at": lambda at: minute_in_table(at, wording.language),
        }

    def _outcome(self, verdict: str) -> str:
        labels = {v.value: self._wording.text(o.label) for v, o in self._rulebook.outcomes.items()}
        return labels.get(verdict) or self._wording.gettext("contradictory outcomes")

    def _facts(self, names: str) -> str:
        facts = self._rulebook.vocabulary.facts
        return "; ".join(self._wording.text(facts[name].label) if name in facts else name for name in names.split())

    def _sets(self, text: str) -> str:
        sets = self._causes.get(text)
        return text if sets is None else self._cause_words.short(sets) + (" …" if text.endswith(MORE) else "")
