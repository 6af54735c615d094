"""Pages of HTML as a reader sees them."""

from __future__ import annotations

import json


def without_carried(page: str) -> str:
    """A page without what it carries as JSON, which no browser runs and no reader sees."""
    shown, carries, rest = page.partition('<script type="application/json" id="sekskant-paper">')
    if not carries:
        return page
    carried, _, after = rest.partition("</script>")
    json.loads(carried)
    return shown + after
