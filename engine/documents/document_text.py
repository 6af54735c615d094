"""A document as one line of JSON that reads as the same document: how evidence is kept as it was written."""

from __future__ import annotations

import json
import re
from decimal import Decimal

from engine.documents.document import Mapping, Node, Scalar, Sequence

_JSON_NUMBER = re.compile(r"-?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][-+]?[0-9]+)?\Z")
_quoted = json.encoder.encode_basestring


def json_text(node: Node) -> str:
    r"""A document as JSON: keys and texts as written and in their order, numbers with the digits they were given.

    >>> from engine.documents.document import read_one
    >>> json_text(read_one(b"a: 0.50\nb: [yes, 010, null, '1']", "x.yaml"))
    '{"a":0.50,"b":["yes","010",null,"1"]}'
    """
    match node:
        case Mapping():
            return "{" + ",".join(f"{_quoted(key)}:{json_text(value)}" for key, value in node.entries.items()) + "}"
        case Sequence():
            return "[" + ",".join(map(json_text, node.items)) + "]"
        case Scalar():
            return _scalar(node)


def _scalar(node: Scalar) -> str:
    value = node.value
    if isinstance(value, str):
        return _quoted(value)
    if value is None or isinstance(value, bool):
        return {None: "null", True: "true", False: "false"}[value]
    return node.text if _JSON_NUMBER.match(node.text) else _number(value)


def _number(value: int | Decimal) -> str:
    """A number that YAML writes in a way of its own, such as `.5` or `+3`."""
    return str(value)
