"""The parts of an XLSX workbook, by the relations between them."""

from __future__ import annotations

import io
import zipfile
from collections.abc import Iterator
from xml.etree import ElementTree


class WorkbookParts:
    """The parts of a workbook, by names whose case does not matter.

    Raises:
        KeyError, ElementTree.ParseError, zipfile.BadZipFile: the workbook is not whole, here and in each method.
    """

    _ROOT, _WORKBOOK, _RELATIONS = "_rels/.rels", "xl/workbook.xml", "xl/_rels/workbook.xml.rels"

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self._names = {name.lower().replace("\\", "/"): name for name in archive.namelist()}
        self._relations = list(_parsed(self._read(self._RELATIONS)))

    def _read(self, part: str) -> bytes:
        return self._archive.read(self._names[part.lower()])

    def sheet(self, name: str) -> bytes:
        """The XML of a worksheet."""
        return self._read(self._part_of(name))

    def _part_of(self, sheet: str) -> str:
        targets = {relation.get("Id"): _part(relation) for relation in self._relations}
        for element in _parsed(self._read(self._WORKBOOK)).iter():
            if local_name(element) == "sheet" and element.get("name") == sheet:
                (part,) = (targets[value] for key, value in element.attrib.items() if key.endswith("}id"))
                return part
        raise KeyError(sheet)

    def shared_strings(self) -> bytes:
        """The XML of the texts that cells share; nothing where there are none."""
        return next((self._read(part) for part in self._of_type("sharedStrings")), b"")

    def _of_type(self, kind: str) -> Iterator[str]:
        parts = [_part(r) for r in self._relations if r.get("Type", "").endswith(f"/{kind}")]
        yield from (part for part in parts if part.lower() in self._names)

    def with_sheet(self, name: str, xml: bytes) -> io.BytesIO:
        """A workbook with another sheet in the place of one, and with nothing else but its formats."""
        file = io.BytesIO()
        with zipfile.ZipFile(file, "w") as archive:
            for part in (self._ROOT, self._WORKBOOK, self._RELATIONS, *self._of_type("styles")):
                archive.writestr(part, self._read(part))
            archive.writestr(self._part_of(name), xml)
        file.seek(0)
        return file


def _part(relation: ElementTree.Element) -> str:
    target = relation.get("Target", "")
    return target[1:] if target.startswith("/") else f"xl/{target}"


def _parsed(xml: bytes) -> ElementTree.Element:
    return ElementTree.fromstring(xml)  # noqa: S314 - expat itself bounds what entities may grow to


def elements(xml: bytes) -> Iterator[ElementTree.Element]:
    """Each element when it ends."""
    for _, element in ElementTree.iterparse(io.BytesIO(xml)):  # noqa: S314 - as above
        yield element


def local_name(element: ElementTree.Element) -> str:
    """The name of an element without its namespace."""
    return element.tag.rpartition("}")[2]
