"""What is left to chance in tests: other examples every day, by a seed that is printed and can be given again."""

from __future__ import annotations

import datetime
import os
from collections.abc import Sequence
from random import Random

from hypothesis import HealthCheck, settings

SEED = int(os.environ.get("SEKSKANT_SEED") or datetime.date.today().strftime("%Y%m%d"))
"""The day's, or the one that is given."""
SOAK = 25 if os.environ.get("SEKSKANT_SOAK") else 1
"""How many times as many examples are tried as usual."""

settings.register_profile("sekskant", max_examples=100 * SOAK, deadline=None, database=None, print_blob=True)
settings.load_profile("sekskant")


def tried(examples: int, suppress_health_check: Sequence[HealthCheck] = ()) -> settings:
    """So many examples of a property; more of them where there is time to soak."""
    return settings(max_examples=examples * SOAK, suppress_health_check=suppress_health_check)


cheap = tried(2_000 if os.environ.get("CI") or SOAK > 1 else 300)
"""For properties whose examples cost next to nothing: few at the desk, many before a change lands."""


def chance(name: object) -> Random:
    """Choices of their own for a name: the same with the same seed, others with the next."""
    return Random(f"{SEED} {name}")  # noqa: S311 - nothing is kept secret by it
