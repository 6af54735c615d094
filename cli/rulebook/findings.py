"""What a check found, for people, for scripts, and as SARIF 2.1.0 for editors and continuous integration."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from importlib.metadata import version
from pathlib import PurePath
from typing import Any
from urllib.parse import quote

from cli.common.json_output import json_text
from cli.common.spoken import spoken
from engine.authoring.lints.registry import LINTS
from engine.diagnostics import CODES, Diagnostic

_SARIF = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def _text(diagnostics: Sequence[Diagnostic]) -> str:
    return "".join(f"{line}\n" for diagnostic in diagnostics for line in diagnostic.lines(spoken()))


def _json(diagnostics: Sequence[Diagnostic]) -> str:
    return json_text([_record(diagnostic) for diagnostic in diagnostics])


def _record(diagnostic: Diagnostic) -> dict[str, Any]:
    place = diagnostic.place
    return {
        "file": place.file,
        "line": place.line or None,
        "column": place.column or None,
        "code": diagnostic.code,
        "level": _level(diagnostic.code),
        "message": diagnostic.message,
        "hint": diagnostic.hint,
        "documentation": _documentation(diagnostic.code),
    }


def _level(code: str) -> str:
    """A rulebook with errors cannot be used; one with warnings can."""
    return "warning" if code in LINTS else "error"


def _documentation(code: str) -> str:
    return f"docs/lints/{code}.md" if code in LINTS else "docs/reference/diagnostics.md"


def _sarif(diagnostics: Sequence[Diagnostic]) -> str:
    codes = sorted({diagnostic.code for diagnostic in diagnostics})
    rules = [
        {
            "id": code,
            "shortDescription": {"text": LINTS[code].summary if code in LINTS else CODES[code]},
            "help": {"text": f"See {_documentation(code)}."},
            "defaultConfiguration": {"level": _level(code)},
        }
        for code in codes
    ]
    driver = {"name": "sekskant", "version": version("sekskant"), "rules": rules}
    results = [_result(diagnostic, codes.index(diagnostic.code)) for diagnostic in diagnostics]
    run = {"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}
    return json_text({"$schema": _SARIF, "version": "2.1.0", "runs": [run]})


def address_of(file: str) -> str:
    """A file as a reference by RFC 3986, relative where the path is; the bytes of its name in per cent.

    >>> address_of("regler/æble#1%2050%.yaml"), address_of("a b:c?.yaml")
    ('regler/%C3%A6ble%231%252050%25.yaml', 'a%20b%3Ac%3F.yaml')
    """
    address = quote(os.fsencode(PurePath(file).as_posix()))
    # What begins with two slashes would name a host.
    return f"/.{address}" if address.startswith("//") else address


def _result(diagnostic: Diagnostic, rule: int) -> dict[str, Any]:
    place, advice = diagnostic.place, f" ({diagnostic.hint})" if diagnostic.hint else ""
    location: dict[str, Any] = {"artifactLocation": {"uri": address_of(place.file)}}
    if place.line:
        location["region"] = {"startLine": place.line, "startColumn": place.column}
    return {
        "ruleId": diagnostic.code,
        "ruleIndex": rule,
        "level": _level(diagnostic.code),
        "message": {"text": diagnostic.message + advice},
        "locations": [{"physicalLocation": location}],
    }


PRINTERS: dict[str, Callable[[Sequence[Diagnostic]], str]] = {"text": _text, "json": _json, "sarif": _sarif}
