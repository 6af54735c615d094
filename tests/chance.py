"""What is left to chance in tests: other examples every day, by a seed that is printed and can be given again."""

from __future__ import annotations

import datetime
import os
from collections.abc import Sequence
from fractions import Fraction
from functools import cache
from random import Random

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

SEED = int(os.environ.get("SEKSKANT_SEED") or datetime.date.today().strftime("%Y%m%d"))
"""The day's, or the one that is given."""
SOAK = 25 if os.environ.get("SEKSKANT_SOAK") else 1
"""How many times as many examples are tried as usual."""

AT_THE_DESK = SOAK == 1 and not os.environ.get("CI")
"""Whether somebody waits, and an eighth of the examples must do; before a change lands half of them are tried."""


def tried(examples: int, suppress_health_check: Sequence[HealthCheck] = (), *, soaked: int | None = None) -> settings:
    """So many examples of a property: an eighth of them at the desk, half before a change lands, more in a soak.

    `soaked`: how many there are then, where it is not 25 times as many.
    """
    number = max(5, examples // 8 if AT_THE_DESK else examples // 2)
    if SOAK > 1:
        number = soaked or examples * SOAK
    # Where CI is set, hypothesis would try the same examples every day, whatever the seed.
    return settings(max_examples=number, suppress_health_check=suppress_health_check, derandomize=False)


settings.register_profile("sekskant", tried(100), deadline=None, database=None, print_blob=True)
settings.load_profile("sekskant")

cheap = tried(400 if AT_THE_DESK else 2_000)
"""For properties whose examples cost next to nothing; made of the profile, which knows of no deadline."""


def chance(name: object) -> Random:
    """Choices of their own for a name: the same with the same seed, others with the next."""
    return Random(f"{SEED} {name}")  # noqa: S311 - nothing is kept secret by it


@cache
def fractions(low: int, high: int, max_denominator: int) -> st.SearchStrategy[Fraction]:
    """The fractions between two whole numbers, one denominator about as often as another, plain ones first.

    `st.fractions` plans anew for each number that it draws, which takes five times as long. It is one list: of several
    strategies each would count as one beside others, and those would hardly be drawn.
    """
    longest = (high - low) * max_denominator + 1
    numbers: list[Fraction] = []
    for part in range(1, max_denominator + 1):
        found = sorted((Fraction(n, part) for n in range(low * part, high * part + 1)), key=abs)
        numbers += found * (longest // len(found))
    return st.sampled_from(numbers)
