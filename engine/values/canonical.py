"""Canonical JSON (RFC 8785) and digests: the same bytes for the same values, on every machine and in every language."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson

LARGEST = 2**53 - 1
"""The largest whole number that is the same to every reader of JSON."""
MAX_DIGITS = 40
"""The signs of a number that is read; the longest text of a double has 24."""


def canonical(value: object) -> str:
    """A value as canonical JSON.

    Raises:
        ValueError: it holds what canonical JSON has no form for, such as a whole number beyond 2^53.

    >>> canonical({"b": 1.0, "a": "å"})
    '{"a":"å","b":1}'
    """
    import rfc8785  # noqa: PLC0415 - records have the shorter way below

    return rfc8785.dumps(value).decode()  # type: ignore[arg-type]


def exact_whole_number(written: str) -> int:
    """A whole number in JSON, as far as canonical JSON has it.

    Raises:
        ValueError: it is beyond what every reader of JSON takes for the same number.

    >>> exact_whole_number("9007199254740991")
    9007199254740991
    """
    if len(written) > MAX_DIGITS or abs(number := int(written)) > LARGEST:
        raise ValueError(written)
    return number


def exact_number(written: str) -> float:
    """A number with decimals or an exponent in JSON, if it is the shortest text of a double or equal to that.

    Raises:
        ValueError: another number would be compared than stands there.

    >>> exact_number("0.1"), exact_number("1E2")
    (0.1, 100.0)
    >>> exact_number("0.1000000000000000055")
    Traceback (most recent call last):
    ValueError: 0.1000000000000000055
    """
    number = float(written) if len(written) <= MAX_DIGITS else math.inf
    if not math.isfinite(number) or Decimal(written) != Decimal(repr(number)):
        raise ValueError(written)
    return number


def canonical_record(record: object) -> str:
    """Canonical JSON of a record: texts, small whole numbers, truth values, null, lists and mappings, no fractions.

    orjson writes these as RFC 8785 does, thirty times as fast, except that RFC 8785 sorts keys by their UTF-16 units,
    which matters where a character has two.

    Raises:
        ValueError, TypeError: it holds what JSON has no form for.

    >>> canonical_record({"b": [1, None], "a": True})
    '{"a":true,"b":[1,null]}'
    """
    text = orjson.dumps(record, option=orjson.OPT_SORT_KEYS).decode()
    has_single_units = text.isascii() or len(text.encode("utf-16-le")) == 2 * len(text)
    return text if has_single_units else canonical(record)


def sha256(text: str) -> str:
    """The SHA-256 of a text's UTF-8 bytes, in hexadecimal; bytes that were not UTF-8 count as they were read.

    >>> sha256("")[:16]
    'e3b0c44298fc1c14'
    """
    return hashlib.sha256(text.encode("utf-8", "surrogateescape")).hexdigest()


def in_unicode(text: str) -> str:
    r"""A text from the system, such as the name of a file, as records can hold it: bytes that are none as escapes.

    >>> in_unicode(b"s\xf8.yaml".decode("utf-8", "surrogateescape"))
    's\\xf8.yaml'
    """
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "backslashreplace")


def decision_text(record: Mapping[str, Any]) -> str:
    """What the digest of a decision covers: all of its record but `execution`, as canonical JSON."""
    return canonical_record({key: value for key, value in record.items() if key != "execution"})


def decision_digest(record: Mapping[str, Any]) -> str:
    """The digest of a decision: of neither time, nor machine, nor evaluator."""
    return sha256(decision_text(record))
