"""The table of ids that changed since the run before: which of its lines name offers that are there."""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Sequence

import polars as pl

from engine.diagnostics import Place
from offers.comparison.previous import IdLine, Previous, incomplete
from offers.records.input_remarks import MAX_EXAMPLES, InputRemark
from offers.records.offer_id import comparable_id
from offers.tables.ids_in_columns import comparable_ids, is_one_of
from offers.tables.polars_words import polars_failing, polars_in_words
from offers.tables.table import Table


def with_changed_ids(previous: Previous, lines: Sequence[IdLine], register: Table) -> Previous:
    """The run before, with the ids that took the place of others.

    A line whose old id is not in the run before, or whose new id is not in the register, moves nothing. But its old id
    may be that of a row that was refused: so it goes on record where the new id is new, and an offer that was merged
    from it, too, has no cause that the others alone would give.

    Raises:
        Rejected: the run before, or the register, cannot be read.
    """
    with polars_failing(lambda _: incomplete(previous.folder)):
        before = [frame.select(pl.col("offer").alias("id")) for frame in previous.frames.values()]
        are_before = _there(before, (name for line in lines for name in (line.old, line.new)))
    with polars_in_words(Place(register.file), "parquet" if register.files else register.kind):
        are_now = _there([register.frame], (line.new for line in lines))
    successors, known = successors_of(lines, are_before, are_now)
    return previous._replace(successors=successors, id_lines=known)


def successors_of(
    lines: Sequence[IdLine], are_before: Container[str], are_now: Container[str]
) -> tuple[dict[str, list[str]], list[IdLine]]:
    """For each id that changed those that took its place, and the lines with what is known of them.

    Args:
        lines: those of a table of ids.
        are_before: has the ids in the lines that are in the run before.
        are_now: has those that are in the register.
    """
    known = [line._replace(is_before=line.old in are_before, is_now=line.new in are_now) for line in lines]
    successors: dict[str, list[str]] = {}
    moved = {line.new for line in known if line.is_used}
    for line in known:
        if line.new in moved or (line.is_now and line.new not in are_before):
            successors.setdefault(line.old, []).append(line.new)
    return successors, known


def _there(frames: Iterable[pl.LazyFrame], ids: Iterable[str]) -> set[str]:
    """Those of some ids that are in one of several frames."""
    asked_for = {name: comparable_id(name) for name in ids}
    wanted, known = pl.Series(list(asked_for.values()), dtype=pl.String), set[str]()
    for frame in frames:
        there = frame.filter(is_one_of(pl.col("id"), wanted)).select("id").collect(engine="streaming")
        known.update(comparable_ids(there["id"]))
    return {name for name, comparable in asked_for.items() if comparable in known}


def remarks_on_changed_ids(
    lines: Sequence[IdLine], before: str = "previous", now: str = "register"
) -> Iterator[InputRemark]:
    """What a table of ids did, and the lines of it that name nobody; `before` and `now` are what was looked in."""
    yield from _done([line for line in lines if line.is_used])
    for among, unused in (
        (before, [(line.line, line.old) for line in lines if not line.is_before]),
        (now, [(line.line, line.new) for line in lines if not line.is_now]),
    ):
        if unused:
            examples = [{"line": line, "id": name} for line, name in unused[:MAX_EXAMPLES]]
            yield InputRemark("unused_ids", len(unused), {"among": among, "examples": examples})


def _done(lines: Sequence[IdLine]) -> Iterator[InputRemark]:
    """How many offers a table of ids renamed, split and merged."""
    pairs = dict.fromkeys((line.old, line.new) for line in lines)
    parts, sources = Counter(old for old, _ in pairs), Counter(new for _, new in pairs)
    of_code: dict[str, dict[str, list[str]]] = {}
    for old, new in pairs:
        if sources[new] > 1:
            of_code.setdefault("merged_offers", {}).setdefault(new, []).append(old)
        elif parts[old] > 1:
            of_code.setdefault("split_offers", {}).setdefault(old, []).append(new)
        else:
            of_code.setdefault("renamed_offers", {})[old] = [new]
    for code, offers in of_code.items():
        examples = [{"id": name, "ids": ids} for name, ids in offers.items()]
        yield InputRemark(code, len(offers), {"examples": examples[:MAX_EXAMPLES]})
