"""How a table was read, in the language of who hands it in."""

from __future__ import annotations

from engine.texts.catalogue import Language, Message, in_language, message
from offers.tables.table import Table

_NAMED: dict[str, Message] = {
    "encoding": message("encoding {value}"),
    "separator": message("separator {value}"),
    "decimal sign": message("decimal sign {value}"),
    "decimal sign of texts": message("decimal sign of texts {value}"),
    "sheet": message("sheet {value}"),
    "rows ordered by": message("rows ordered by {value}"),
    "digest of": message("digest of {value}"),
}
_VALUES: dict[tuple[str, str], Message] = {
    ("encoding", "UTF-8 with BOM"): message("UTF-8 with BOM"),
    ("rows ordered by", "their place in the table"): message("their place in the table"),
    ("digest of", "its rows as NDJSON"): message("its rows as NDJSON"),
}


def read_as(table: Table, language: Language) -> str:
    """What was found out of a table, in a language; of several, what was of each."""
    if table.parts:
        of_parts = zip(table.detected, table.parts, strict=True)
        return ", ".join(f"{name} ({read_as(part.table, language)})" for name, part in of_parts)
    return ", ".join(
        _NAMED[name].in_language(language, value=in_language(_VALUES.get((name, value), value), language))
        for name, value in table.detected.items()
    )
