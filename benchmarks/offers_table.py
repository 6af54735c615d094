"""Tables of random offers for the benchmarks: Parquet with types, CSV with bounds and unknowns."""

from __future__ import annotations

import random
from collections.abc import Sequence
from pathlib import Path

import polars as pl

_CHUNK = 1_000_000
WHOLE = ("functional_impairments", "diagnoses", "extensive_limitations", "severe_complexities")
JUDGEMENTS = (
    "large_catchment_needed",
    "professional_coordination_needed",
    "highly_specialised_basis",
    "self_supply_needed",
    "no_alternative_in_region",
    "whole_region_catchment_needed",
    "special_physical_settings",
    "special_competencies",
    "advanced_welfare_technology",
)
_BOUNDS = ("{}", "{}", "{}", "<={}", ">={}", "<{}", ">{}", "ukendt")


def typed(first: int, count: int, chance: random.Random) -> pl.DataFrame:
    """Offers with numbers and yes or no as such, a fifth of them gaps."""

    def drawn(values: Sequence[object], gap: float = 0.2) -> pl.Series:
        pool = pl.Series(values)
        found = pool.sample(count, with_replacement=True, seed=chance.randrange(2**32))
        keep = pl.Series([True, False]).gather(_weighted(count, gap, chance))
        return pl.select(pl.when(keep).then(found)).to_series()

    ids = pl.int_range(first, first + count, eager=True)
    columns = {
        "id": pl.select(pl.format("offer-{}", ids)).to_series(),
        "name": pl.select(pl.format("Tilbud nr. {}", ids)).to_series(),
        "operator_name": drawn([f"Kommune {i}" for i in range(29)], 0),
        "operator_kind": drawn(["municipality"] * 7 + ["region"] + ["private"] * 2, 0),
        "agreement_kind": drawn(["municipality", "none"], 0),
        "area": drawn(["adults", "children_and_youth"], 0),
        "target_group": drawn(["intellectual_disability", "homelessness", "acquired_brain_injury"], 0),
        "service_type": drawn(["social"] * 9 + ["special_dental_care"], 0),
        "cases_per_10000": drawn([i / 100 for i in range(2000)]),
        **{name: drawn(list(range(7))) for name in WHOLE},
        **{f"outside_share_{year}": drawn([i / 100 for i in range(101)], 0.1) for year in (2014, 2015, 2016)},
        **{name: drawn([True, True, False]) for name in JUDGEMENTS},
    }
    return pl.DataFrame(columns)


def _weighted(count: int, gap: float, chance: random.Random) -> pl.Series:
    twentieths = pl.Series([1] * round(gap * 20) + [0] * round((1 - gap) * 20))
    return twentieths.sample(count, with_replacement=True, seed=chance.randrange(2**32))


def write_parquet(path: Path, offers: int) -> None:
    """A Parquet table, written piece by piece."""
    chance = random.Random(2018)  # noqa: S311 - the same offers in every run
    parts = []
    for number, first in enumerate(range(0, offers, _CHUNK)):
        part = path.with_suffix(f".{number}.part")
        typed(first, min(_CHUNK, offers - first), chance).write_parquet(part)
        parts.append(part)
    pl.scan_parquet(parts).sink_parquet(path)
    for part in parts:
        part.unlink()


def write_csv(path: Path, offers: int) -> None:
    """A Danish CSV table whose cells hold bounds, ranges and unknowns."""
    chance = random.Random(2018)  # noqa: S311 - the same offers in every run
    frame = typed(0, offers, chance)
    form = pl.Series(_BOUNDS)
    texts = []
    for name, dtype in frame.schema.items():
        column = pl.col(name)
        if dtype == pl.Boolean:
            texts.append(pl.when(column).then(pl.lit("ja")).when(~column).then(pl.lit("nej")).alias(name))
        elif dtype.is_numeric():
            chosen = form.sample(offers, with_replacement=True, seed=chance.randrange(2**32))
            number = column.cast(pl.String).str.replace(".", ",", literal=True)
            mark, rest = chosen.str.replace("{}", "", literal=True), chosen.str.contains("{}", literal=True)
            said = pl.when(rest).then(pl.concat_str(pl.lit(mark), number)).otherwise(pl.lit("ukendt"))
            texts.append(
                pl.when(column.is_not_null() & ((column > 0) & (column != 1))).then(said).otherwise(number).alias(name)
            )
        else:
            texts.append(column)
    frame.select(texts).write_csv(path, separator=";")
