"""How the choices of a union are told apart: by what is written, a text, a list or a mapping."""

from __future__ import annotations

import dataclasses
import typing
from decimal import Decimal
from typing import Any

_MAPPING = "<mapping>"


def tag_of_choice(annotation: Any) -> str:
    """The tag of one choice of a union.

    >>> tag_of_choice(list[int]) == tag_of_value([1])
    True
    """
    if dataclasses.is_dataclass(annotation):
        return _MAPPING
    # A number is told from a mapping as a text is: it stands as one word, and may stand in quotes.
    return f"<{str if annotation is Decimal else typing.get_origin(annotation) or annotation}>"


def is_tag(step: str | int) -> bool:
    """Whether a step of a path to a mistake is a tag, and no key or number of an item: no key of a record has the sign.

    >>> is_tag(tag_of_value([])), is_tag("of"), is_tag(0)
    (True, False, False)
    """
    return isinstance(step, str) and step.startswith("<")


def tag_of_value(value: object) -> str:
    """The tag of the choice that a value is for.

    >>> tag_of_value({})
    '<mapping>'
    """
    return _MAPPING if isinstance(value, dict) else f"<{list if isinstance(value, list) else str}>"
