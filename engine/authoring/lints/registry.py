"""The lints by code: every module of `each` holds one, so that a lint is added in one place."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator

from engine.authoring.lints import each
from engine.authoring.lints.lint import Lint


def _lints() -> Iterator[Lint]:
    for module in sorted(pkgutil.iter_modules(each.__path__), key=lambda module: module.name):
        yield importlib.import_module(f"{each.__name__}.{module.name}").LINT


LINTS: dict[str, Lint] = {lint.code: lint for lint in _lints()}
"""Each has a page in `docs/lints/`, made from its docstring, and a broken and a mended rulebook in `tests/lints/`."""
