"""Checks of the texts in a table's columns: which rows the reader of rows surely takes, as far as texts go.

What these are not sure of is left to the reader of rows, which says what is wrong.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import narwhals as nw

from engine.documents.document import CONTROL_CHARACTERS
from engine.rulebooks.rulebook import Vocabulary
from offers.records.offer_file import FINDING
from offers.records.particulars import SURELY_DATE, SURELY_SINCE
from offers.records.texts import MAY_REPEAT, SURELY_SAYS
from offers.tables.headers import DETAILS, stated_in
from offers.tables.table import SEVERAL

_ONE = rf"^[^{SEVERAL}]*$"
_ONE_SAYS = rf"^[^{SEVERAL}]*{SURELY_SAYS}[^{SEVERAL}]*$"
"""One name or code: several belong to as many kinds, which the reader of rows counts."""
_SURELY = {
    "id": SURELY_SAYS,
    "name": SURELY_SAYS,
    "part_of": "",
    "operator_name": _ONE_SAYS,
    "operator_code": _ONE,
    "agreement_name": _ONE_SAYS,
    "agreement_code": _ONE,
    **dict.fromkeys(DETAILS, SURELY_SAYS),
    "date": SURELY_DATE,
    "as_of": SURELY_SINCE,
    "stated_as": f"^{FINDING}$",
}
"""What a text says that is surely taken, by the attribute or the detail that it is; a plain id is the name, too."""
_OF_A_FORM = ("date", "as_of", "stated_as")


def texts_surely_taken(columns: Iterable[str], texts: Iterable[str], vocabulary: Vocabulary) -> Iterator[nw.Expr]:
    """For each column with texts that are not evidence, where the reader of rows surely takes them.

    `texts` names the columns that hold texts; numbers and the like in others say something, but may have no form.
    """
    texts = frozenset(texts)
    for name in columns:
        kind = _kind_of(name, vocabulary)
        if kind is not None and (name in texts or kind in _OF_A_FORM):
            text = nw.col(name).cast(nw.String)
            has_form = text.str.contains(_SURELY[kind]) if _SURELY[kind] else nw.lit(True)
            is_plain = ~text.str.contains(CONTROL_CHARACTERS) & ~text.str.contains(MAY_REPEAT)
            yield (text.is_null() | (text == "") | (has_form & is_plain)).fill_null(True)


def _kind_of(name: str, vocabulary: Vocabulary) -> str | None:
    """The attribute or the detail of a fact that a column is; None where it is evidence."""
    if name in _SURELY and name not in DETAILS:
        return name
    for detail in DETAILS:
        if name.endswith(f"_{detail}") and stated_in(name.removesuffix(f"_{detail}"), vocabulary) is not None:
            return detail
    return None
