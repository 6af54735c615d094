"""Comments that allow a lint: in its line, or in the line above."""

from __future__ import annotations

import re
from collections.abc import Sequence

_ALLOWED = re.compile(r"#\s*sekskant:\s*allow\s+([a-z-]+(?:\s*,\s*[a-z-]+)*)")


def allowed_at(lines: Sequence[str], line: int) -> frozenset[str]:
    """The codes that are allowed in a line, counted from 1.

    >>> sorted(allowed_at(["# sekskant: allow idle-override, same-criterion", "a: 1"], 2))
    ['idle-override', 'same-criterion']
    """
    listed = (codes for text in lines[max(line - 2, 0) : line] for codes in _ALLOWED.findall(text))
    return frozenset(code for codes in listed for code in re.split(r"\s*,\s*", codes))
