"""The shipped rulebooks of 2018 as a model in OpenFisca-core: an entity, its variables, formulas over whole arrays.

A number not stated is NaN, for which no comparison holds. It reads typed tables only, and takes the three attributes
for granted. A status is written either as models of OpenFisca write an enumeration, by `select`, or put together by
hand in its bytes, which is much quicker.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, NamedTuple

import numpy as np
import polars as pl
from openfisca_core.entities import build_entity
from openfisca_core.indexed_enums import Enum, EnumArray
from openfisca_core.periods import DateUnit
from openfisca_core.simulations import Simulation, SimulationBuilder
from openfisca_core.taxbenefitsystems import TaxBenefitSystem
from openfisca_core.variables import Variable

from benchmarks.offers_table import JUDGEMENTS, WHOLE
from benchmarks.peer_loop import MET, NOT_APPLICABLE, UNKNOWN

YEAR = 2018
NUMBERS = ("cases_per_10000", *WHOLE)
SHARES = range(YEAR - 4, YEAR - 1)
HALF = 1.5 - 1e-5
"""Half of the places over three years, less what adding three numbers of 32 bits can lose."""
OFFER = build_entity(key="offer", plural="offers", label="Offer", is_person=True)


class Status(Enum):  # type: ignore[misc] # of a package without types
    """Of a criterion, an override or a verdict; in the order of the numbers in `peer_loop`."""

    NOT_MET = "not_met"
    UNKNOWN = "unknown"
    MET = "met"
    NOT_APPLICABLE = "not_applicable"


class Service(Enum):  # type: ignore[misc] # of a package without types
    """Kinds of service."""

    SOCIAL = "social"
    DENTAL = "special_dental_care"
    ALCOHOL = "alcohol_treatment"
    DEVICES = "assistive_devices"
    COMMUNICATION = "communication_centre"
    DRUGS = "drug_treatment"


class Party(Enum):  # type: ignore[misc] # of a package without types
    """Kinds of operator, and of the party of an operating agreement."""

    MUNICIPALITY = "municipality"
    REGION = "region"
    PRIVATE = "private"
    NONE = "none"


ATTRIBUTES: dict[str, Any] = {"service_type": Service, "operator_kind": Party, "agreement_kind": Party}


class Found(NamedTuple):
    """What a formula finds, as arrays of yes or no: whether it is met, can be met, does not apply."""

    met: Any
    can: Any
    away: Any = None


Formula = Callable[[Any, Any], Found]
Encoder = Callable[[Found], Any]


def by_select(found: Found) -> Any:
    """The statuses as models of OpenFisca write them."""
    away = [(found.away, Status.NOT_APPLICABLE)] if found.away is not None else []
    cases = [*away, (found.met, Status.MET), (~found.can, Status.NOT_MET)]
    return np.select([case for case, _ in cases], [status for _, status in cases], Status.UNKNOWN)


def by_bytes(found: Found) -> Any:
    """The same, without an object for each offer."""
    status = found.met.view(np.uint8) + found.can.view(np.uint8)
    if found.away is not None:
        status = np.where(found.away, np.uint8(NOT_APPLICABLE), status)
    return EnumArray(status, Status)


def _at_least(name: str, threshold: float) -> Formula:
    def formula(offer: Any, period: Any) -> Found:
        value = offer(name, period)
        return Found(value >= threshold, ~(value < threshold))

    return formula


def _at_most(name: str, threshold: float) -> Formula:
    def formula(offer: Any, period: Any) -> Found:
        value = offer(name, period)
        return Found(value <= threshold, ~(value > threshold))

    return formula


def _any_of(*names: str) -> Formula:
    def formula(offer: Any, period: Any) -> Found:
        first, *others = (offer(name, period) for name in names)
        met, can = first == Status.MET, first != Status.NOT_MET
        for other in others:
            met, can = met | (other == Status.MET), can | (other != Status.NOT_MET)
        return Found(met, can)

    return formula


def _half_of_the_places(offer: Any, period: Any) -> Found:
    shares = [offer("outside_share", period.offset(offset, "year")) for offset in (-4, -3, -2)]
    low = sum(np.nan_to_num(share, nan=0) for share in shares)
    high = sum(np.nan_to_num(share, nan=1) for share in shares)
    of_region = (offer("operator_kind", period) == Party.REGION) | (offer("agreement_kind", period) == Party.REGION)
    return Found(low >= HALF, high >= HALF, of_region)


def _excluded(offer: Any, period: Any) -> Found:
    service = offer("service_type", period)
    is_one = (service == Service.DENTAL) | (service == Service.ALCOHOL) | (service == Service.DEVICES)
    return Found(is_one, is_one)


def _included(offer: Any, period: Any) -> Found:
    is_one = offer("operator_kind", period) == Party.REGION
    return Found(is_one, is_one)


def _k_of(statuses: Sequence[Any], k: int) -> Found:
    met = [status == Status.MET for status in statuses]
    can = [m | (status == Status.UNKNOWN) for m, status in zip(met, statuses, strict=True)]
    return Found(sum(m.view(np.uint8) for m in met) >= k, sum(c.view(np.uint8) for c in can) >= k)


def _covered(offer: Any, period: Any) -> Found:
    statuses = [offer(f"A{i}", period) for i in range(1, 7)]
    professional, organisational = statuses[3:5]
    met, can, _ = _k_of(statuses, 4)
    met &= (professional == Status.MET) & ((organisational == Status.MET) | (organisational == Status.NOT_APPLICABLE))
    can &= (professional != Status.NOT_MET) & (organisational != Status.NOT_MET)
    included = offer("included_by_order", period) == Status.MET
    not_excluded = offer("excluded_by_order", period) != Status.MET
    return Found((met | included) & not_excluded, (can | included) & not_excluded)


def _most_specialised(offer: Any, period: Any) -> Found:
    return _k_of([offer(f"B{i}", period) for i in range(1, 7)], 5)


FORMULAS: dict[str, Formula] = {
    "A1": _at_most("cases_per_10000", 10),
    "functional_impairments_enough": _at_least("functional_impairments", 3),
    "diagnoses_enough": _at_least("diagnoses", 2),
    "extensive_limitations_enough": _at_least("extensive_limitations", 3),
    "A2": _any_of("functional_impairments_enough", "diagnoses_enough", "extensive_limitations_enough"),
    "A5": _half_of_the_places,
    "excluded_by_order": _excluded,
    "included_by_order": _included,
    "covered": _covered,
    "B1": _at_most("cases_per_10000", 0.5),
    "B2": _at_least("severe_complexities", 4),
    "B6": _any_of("special_physical_settings", "special_competencies", "advanced_welfare_technology"),
    "most_specialised": _most_specialised,
}
JUDGED = {
    "A3": "large_catchment_needed",
    "A4": "professional_coordination_needed",
    "A6": "highly_specialised_basis",
    "B3": "self_supply_needed",
    "B4": "no_alternative_in_region",
    "B5": "whole_region_catchment_needed",
}


def _variable(name: str, kind: Any, formula: Callable[[Any, Any], Any] | None = None) -> type:
    own: dict[str, Any] = {"value_type": kind, "entity": OFFER, "definition_period": DateUnit.YEAR, "label": name}
    if issubclass(kind, Enum):
        own |= {"value_type": Enum, "possible_values": kind, "default_value": next(iter(kind))}
    if formula:
        own["formula"] = formula
    return type(name, (Variable,), own)


def _encoded(formula: Formula, encoder: Encoder) -> Callable[[Any, Any], Any]:
    return lambda offer, period: encoder(formula(offer, period))


def _answer(name: str) -> Callable[[Any, Any], Any]:
    return lambda offer, period: offer(name, period)


def system(encoder: Encoder) -> TaxBenefitSystem:
    """The model; `encoder` makes statuses from what formulas find."""
    made = TaxBenefitSystem([OFFER])
    for name in (*NUMBERS, "outside_share"):
        made.add_variable(_variable(name, float))
    for name, kind in {**ATTRIBUTES, **dict.fromkeys(JUDGEMENTS, Status)}.items():
        made.add_variable(_variable(name, kind))
    for name, formula in FORMULAS.items():
        made.add_variable(_variable(name, Status, _encoded(formula, encoder)))
    for name, judgement in JUDGED.items():
        made.add_variable(_variable(name, Status, _answer(judgement)))
    return made


def simulation(model: TaxBenefitSystem, frame: pl.DataFrame) -> Simulation:
    """The columns of a table as the inputs of a simulation that keeps its trace."""
    made = SimulationBuilder().build_default_simulation(model, frame.height)
    made.trace = True
    for name in NUMBERS:
        made.set_input(name, YEAR, frame[name].cast(pl.Float32).to_numpy())
    for year in SHARES:
        made.set_input("outside_share", year, frame[f"outside_share_{year}"].cast(pl.Float32).to_numpy())
    for name, kind in ATTRIBUTES.items():
        answers = pl.Enum([answer.value for answer in kind])
        made.set_input(name, YEAR, EnumArray(frame[name].cast(answers).to_physical().to_numpy(), kind))
    for name in JUDGEMENTS:
        index = (frame[name].cast(pl.UInt8) * MET).fill_null(UNKNOWN)
        made.set_input(name, YEAR, EnumArray(index.to_numpy(), Status))
    return made


def statuses_of(made: Simulation, items: Sequence[str]) -> dict[str, Any]:
    """An array of statuses for each item, in the numbers of `Status`."""
    return {name: made.calculate(name, YEAR) for name in items}
