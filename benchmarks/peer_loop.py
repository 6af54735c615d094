"""The shipped rulebooks of 2018 as one loop in plain Python, as tight as a hand writes it.

Numbers, yes or no and None, a row at a time; nothing of the project. It reads typed tables only (no bounds), and takes
the three attributes for granted, which every table made here states.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

FACTS = (
    "service_type",
    "operator_kind",
    "agreement_kind",
    "cases_per_10000",
    "functional_impairments",
    "diagnoses",
    "extensive_limitations",
    "outside_share_2014",
    "outside_share_2015",
    "outside_share_2016",
    "large_catchment_needed",
    "professional_coordination_needed",
    "highly_specialised_basis",
    "severe_complexities",
    "self_supply_needed",
    "no_alternative_in_region",
    "whole_region_catchment_needed",
    "special_physical_settings",
    "special_competencies",
    "advanced_welfare_technology",
)
"""The columns that are read, in the order of a row."""
ITEMS = (
    *("A1", "A2", "A3", "A4", "A5", "A6", "excluded_by_order", "included_by_order", "covered"),
    *("B1", "B2", "B3", "B4", "B5", "B6", "most_specialised"),
)
"""What is found of a row: each rulebook's criteria and overrides, then its verdict."""
NOT_MET, UNKNOWN, MET, NOT_APPLICABLE = range(4)
EXCLUDED = frozenset({"special_dental_care", "alcohol_treatment", "assistive_devices"})
HALF = 1.5 - 1e-9
"""Half of the places over three years, less than what adding three binary numbers of a few decimals can lose."""


def statuses_of(rows: Iterable[tuple[Any, ...]]) -> list[tuple[int, ...]]:  # noqa: C901, PLR0912, PLR0915 - one loop
    """The status of each of `ITEMS` in each row of `FACTS`."""
    found: list[tuple[int, ...]] = []
    for (
        service,
        operator,
        agreement,
        cases,
        impairments,
        diagnoses,
        limitations,
        share_1,
        share_2,
        share_3,
        large_catchment,
        coordination,
        basis,
        complexities,
        self_supply,
        no_alternative,
        whole_region,
        settings,
        competencies,
        technology,
    ) in rows:
        if cases is None:
            a1 = b1 = UNKNOWN
        else:
            a1 = MET if cases <= 10 else NOT_MET
            b1 = MET if cases <= 0.5 else NOT_MET
        if (
            (impairments is not None and impairments >= 3)
            or (diagnoses is not None and diagnoses >= 2)
            or (limitations is not None and limitations >= 3)
        ):
            a2 = MET
        else:
            a2 = UNKNOWN if impairments is None or diagnoses is None or limitations is None else NOT_MET
        a3 = MET if large_catchment else UNKNOWN if large_catchment is None else NOT_MET
        a4 = MET if coordination else UNKNOWN if coordination is None else NOT_MET
        region = operator == "region"
        if region or agreement == "region":
            a5 = NOT_APPLICABLE
        else:
            low = (share_1 or 0) + (share_2 or 0) + (share_3 or 0)
            if low >= HALF:
                a5 = MET
            elif low + (share_1 is None) + (share_2 is None) + (share_3 is None) >= HALF:
                a5 = UNKNOWN
            else:
                a5 = NOT_MET
        a6 = MET if basis else UNKNOWN if basis is None else NOT_MET
        excluded = MET if service in EXCLUDED else NOT_MET
        included = MET if region else NOT_MET
        of_a = (a1, a2, a3, a4, a5, a6)
        if excluded:
            a = NOT_MET
        elif region:
            a = MET
        elif NOT_MET in (a4, a5):
            a = NOT_MET
        else:
            met = of_a.count(MET)
            if met >= 4 and a4 == MET and a5 != UNKNOWN:
                a = MET
            else:
                a = UNKNOWN if met + of_a.count(UNKNOWN) >= 4 else NOT_MET
        b2 = UNKNOWN if complexities is None else MET if complexities >= 4 else NOT_MET
        b3 = MET if self_supply else UNKNOWN if self_supply is None else NOT_MET
        b4 = MET if no_alternative else UNKNOWN if no_alternative is None else NOT_MET
        b5 = MET if whole_region else UNKNOWN if whole_region is None else NOT_MET
        if settings or competencies or technology:
            b6 = MET
        else:
            b6 = UNKNOWN if settings is None or competencies is None or technology is None else NOT_MET
        of_b = (b1, b2, b3, b4, b5, b6)
        met = of_b.count(MET)
        b = MET if met >= 5 else UNKNOWN if met + of_b.count(UNKNOWN) >= 5 else NOT_MET
        found.append((*of_a, excluded, included, a, *of_b, b))
    return found
