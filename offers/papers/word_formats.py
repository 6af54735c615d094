"""Which texts of a Word document nobody sees: hidden or struck out, by a format of their own or by a style.

A style has what it rests on, and the nearest value counts. What table, paragraph and character style say of a toggle
property is taken together by exclusive or, so that one hidden style within another shows its text again; a format of
the text itself counts alone (ECMA-376, part 1, 17.7.2 and 17.7.3). Formats of numbers are of the numbers alone, and no
statement has any. Where it is open what a program would do, a text is hidden.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Literal, NamedTuple

from offers.papers.word_xml import attribute, local_name, safe_parser

HIDING = frozenset({"vanish", "webHidden", "specVanish"})
UNSEEN = HIDING | {"strike", "dstrike"}
"""Properties by which a text is hidden or struck out: it is not said any more."""
_TOGGLES = frozenset({"vanish", "strike"})
_MOST_STEPS = 100

Kind = Literal["table", "paragraph", "character"]
Formats = Mapping[str, bool]
"""Properties of `UNSEEN` that are set, on or off."""


class Cell(NamedTuple):
    """The innermost table that a text stands in: its style, and whether it is in the first row and column."""

    style: str
    is_first_row: bool
    is_first_column: bool


class Look(NamedTuple):
    """What a run looks like: its own formats, its style and that of its paragraph, and the table it stands in."""

    own: tuple[tuple[str, bool], ...]
    style: str
    paragraph: str
    cell: Cell | None


class _Style:
    def __init__(self, kind: str, name: str) -> None:
        self.kind, self.name, self.based_on = kind, name, ""
        self.formats: dict[str, bool] = {}
        self.regions: dict[str, dict[str, bool]] = {}


class Styles:
    """The styles of a document, as far as they hide or strike out what they are used for.

    Raises:
        ExpatError: their part is not whole.
    """

    def __init__(self, part: bytes | None) -> None:
        self._defaults: dict[str, bool] = {}
        self._styles: dict[tuple[str, str], _Style] = {}
        self._default: dict[str, str] = {}
        self._known: dict[tuple[Look, frozenset[str]], str | None] = {}
        if part is not None:
            self._read(part)

    def hidden_by(self, look: Look, properties: frozenset[str] = UNSEEN) -> str | None:
        """The name of what hides or strikes out a run, empty where it is no style; None where it is seen."""
        key = (look, properties)
        if key not in self._known:
            found = (self._by(look, name) for name in sorted(properties))
            self._known[key] = next((by for by in found if by is not None), None)
        return self._known[key]

    def _by(self, look: Look, name: str) -> str | None:
        own = dict(look.own).get(name)
        if own is not None:
            return "" if own else None
        default = self._defaults.get(name)
        levels = self._levels(look, name)
        said = [(style, value) for style, value in levels if value is not None]
        on = [style.name for style, value in said if value]
        if name in _TOGGLES:
            if default:
                return ""
            return on[0] if len(on) % 2 else None
        if not said:
            return "" if default else None
        return said[0][0].name if said[0][1] else None

    def _levels(self, look: Look, name: str) -> Iterable[tuple[_Style, bool | None]]:
        """What the styles of a run say of a property, the nearest style first."""
        for kind, identifier in (("character", look.style), ("paragraph", look.paragraph)):
            yield from _first(self._chain(kind, identifier), name, ())
        if look.cell is not None:
            yield from _first(self._chain("table", look.cell.style), name, tuple(_regions(look.cell)))

    def _chain(self, kind: str, identifier: str) -> Sequence[_Style]:
        """A style and those that it rests on; the usual one of its kind where there is no such style."""
        chain: list[_Style] = []
        style = self._styles.get((kind, identifier)) or self._styles.get((kind, self._default.get(kind, "")))
        while style is not None and style not in chain and len(chain) < _MOST_STEPS:
            chain.append(style)
            style = self._styles.get((kind, style.based_on))
        return chain

    def _read(self, part: bytes) -> None:
        path: list[str] = []
        at: list[_Style] = []
        region = ""

        def start(name: str, attributes: dict[str, str]) -> None:
            nonlocal region
            if not (local := local_name(name)):
                return
            if local == "style" and path == ["styles"]:
                at[:] = [self._begun(attributes)]
            elif local == "name" and path[-1:] == ["style"]:
                at[0].name = attribute(attributes, "val") or at[0].name
            elif local == "basedOn" and path[-1:] == ["style"]:
                at[0].based_on = attribute(attributes, "val")
            elif local == "tblStylePr" and path[-1:] == ["style"]:
                region = attribute(attributes, "type")
            elif local in UNSEEN and path[-1:] == ["rPr"]:
                self._take(path[-2:-1], at, region, local, is_on(attributes))
            path.append(local)

        def end(name: str) -> None:
            if local_name(name):
                path.pop()

        parser = safe_parser()
        parser.StartElementHandler, parser.EndElementHandler = start, end
        parser.Parse(part, True)

    def _begun(self, attributes: Mapping[str, str]) -> _Style:
        """The style that begins; one that stands twice has what either says."""
        kind, identifier = attribute(attributes, "type") or "paragraph", attribute(attributes, "styleId")
        if attribute(attributes, "default") and is_on({"}val": attribute(attributes, "default")}):
            self._default[kind] = identifier
        return self._styles.setdefault((kind, identifier), _Style(kind, identifier))

    def _take(self, within: Sequence[str], at: Sequence[_Style], region: str, name: str, value: bool) -> None:
        match within:
            case ["rPrDefault"]:
                formats = self._defaults
            case ["style"]:
                formats = at[0].formats
            case ["tblStylePr"]:
                formats = at[0].regions.setdefault(region, {})
            case _:  # how it looked before a change that is tracked
                return
        formats[name] = formats.get(name, False) or value


def is_on(attributes: Mapping[str, str]) -> bool:
    """Whether a property that is there is on: without a value it is.

    >>> is_on({}), is_on({"w}val": "0"}), is_on({"w}val": "true"})
    (True, False, True)
    """
    return attribute(attributes, "val").strip().lower() not in ("0", "false", "off")


def _first(chain: Sequence[_Style], name: str, regions: Sequence[str]) -> Iterable[tuple[_Style, bool | None]]:
    """The nearest style of a chain that says something of a property, of a table's parts first; none where none does.

    Of several parts that a cell may be in, one that hides it counts.
    """
    for style in chain:
        of_parts = [formats[name] for part in regions if name in (formats := style.regions.get(part, {}))]
        if any(of_parts) or ((value := style.formats.get(name)) is None and of_parts):
            yield style, any(of_parts)
            return
        if value is not None:
            yield style, value
            return


def _regions(cell: Cell) -> Iterable[str]:
    """The parts of a table that a cell may be in, whatever the table says of where they are used."""
    if cell.is_first_row:
        yield from ("firstRow", "neCell")
    if cell.is_first_column:
        yield from ("firstCol", "swCell")
    if cell.is_first_row and cell.is_first_column:
        yield "nwCell"
    yield from ("wholeTable", "lastRow", "lastCol", "band1Vert", "band2Vert", "band1Horz", "band2Horz", "seCell")
