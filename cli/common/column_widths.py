"""How wide the columns of a table are, so that none is narrower than its longest word."""

from __future__ import annotations

from collections.abc import Sequence

from rich.text import Text

GAP = 2
"""What stands between two columns."""
LEAST_SHARE = 20
"""The column that takes what the others leave gets at least this much, unless more is asked for."""


LONGEST = 40
"""What takes more cells is no word but a digest, an address or the like, and may stand on several lines."""


def longest_word(text: Text) -> int:
    """The cells of a terminal that the longest word of a text takes.

    >>> longest_word(Text("ikke omfattet af udviklingsstrategien"))
    20
    """
    lengths = (Text(word).cell_len for word in text.plain.split())
    return max((length if length <= LONGEST else LEAST_SHARE for length in lengths), default=0)


def longest_line(text: Text) -> int:
    r"""The cells of a terminal that the longest line of a text takes.

    >>> longest_line(Text("omfattet\nse post 7"))
    9
    """
    return max((line.cell_len for line in text.split("\n")), default=0)


def column_widths(
    columns: Sequence[Sequence[Text]],
    width: int,
    preferred: Sequence[int | None] = (),
    least_rest: int = LEAST_SHARE,
) -> list[int] | None:
    """The widths of columns within a width; None where a word would be cut in the middle.

    Args:
        columns: the texts of each, its head among them.
        width: what there is for all of them, with the gaps between them.
        preferred: for each column a width, or None where it takes what the others leave; nothing at all where each
            takes what its texts need.
        least_rest: what the column gets at least that takes what the others leave.

    >>> column_widths([[Text("Post"), Text("7")], [Text("ikke omfattet endnu")]], 20)
    [4, 14]
    >>> column_widths([[Text("Post"), Text("7")], [Text("udviklingsstrategi")]], 20)
    """
    least = [max(map(longest_word, texts), default=0) for texts in columns]
    given = preferred or [max(map(longest_line, texts), default=0) for texts in columns]
    if None in given:
        rest = given.index(None)
        least[rest] = max(least[rest], least_rest)
    there_is = width - GAP * (len(columns) - 1)
    if sum(least) > there_is:
        return None
    chosen = [there_is if share is None else max(share, need) for share, need in zip(given, least, strict=True)]
    return _within(there_is, chosen, least, [share is None for share in given])


def _within(there_is: int, chosen: list[int], least: Sequence[int], takes_rest: Sequence[bool]) -> list[int]:
    """The widths, the widest narrower until they fit; what takes the rest gives way first."""
    while (over := sum(chosen) - there_is) > 0:
        spare = [chosen[i] - least[i] for i in range(len(chosen))]
        first = next((i for i, rest in enumerate(takes_rest) if rest and spare[i]), None)
        if first is not None:
            chosen[first] -= min(over, spare[first])
        else:
            chosen[max((i for i in range(len(chosen)) if spare[i]), key=chosen.__getitem__)] -= 1
    return chosen
