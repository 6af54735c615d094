"""How a worksheet comes out on paper."""

from __future__ import annotations

from typing import Any

_A4 = 9


def set_up_print(sheet: Any, header: int, *, repeats_first: bool = False) -> None:
    """Print a worksheet on A4 across, one page wide, with page numbers, and the header again on each page.

    Args:
        sheet: a worksheet of XlsxWriter.
        header: the row of the header, counted from 0; what stands above it is on the first page alone.
        repeats_first: whether the first two columns, which name the offer, stand on each page, too.
    """
    sheet.set_paper(_A4)
    sheet.set_landscape()
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(header)
    sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
    sheet.set_footer("&C&P / &N")
    if repeats_first:
        sheet.repeat_columns(0, 1)
