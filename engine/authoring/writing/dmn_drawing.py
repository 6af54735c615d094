"""The drawing in a DMN document: inputs below, decisions above what they need."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from xml.etree import ElementTree

DMNDI = "https://www.omg.org/spec/DMN/20191111/DMNDI/"
DC = "http://www.omg.org/spec/DMN/20180521/DC/"
DI = "http://www.omg.org/spec/DMN/20180521/DI/"
WIDTH, HEIGHT, GAP = 200, 60, 40

Requirement = tuple[str, str]
"""The id of an arrow, and the id of what it comes from."""


def draw(root: ElementTree.Element, inputs: Sequence[str], requirements: Mapping[str, Sequence[Requirement]]) -> None:
    """Add the drawing: each input and decision by its id, each requirement of a decision as an arrow to it.

    A decision stands after all that it needs.
    """
    levels = dict.fromkeys(inputs, 0)
    for decision, needs in requirements.items():
        levels[decision] = 1 + max((levels[source] for _, source in needs), default=0)
    places = _placed(levels)
    drawing = ElementTree.SubElement(ElementTree.SubElement(root, f"{{{DMNDI}}}DMNDI"), f"{{{DMNDI}}}DMNDiagram")
    for name, (x, y) in places.items():
        shape = ElementTree.SubElement(drawing, f"{{{DMNDI}}}DMNShape", {"dmnElementRef": name})
        bounds = {"x": x, "y": y, "width": WIDTH, "height": HEIGHT}
        ElementTree.SubElement(shape, f"{{{DC}}}Bounds", {key: str(value) for key, value in bounds.items()})
    for decision, needs in requirements.items():
        for arrow, source in needs:
            edge = ElementTree.SubElement(drawing, f"{{{DMNDI}}}DMNEdge", {"dmnElementRef": arrow})
            (x, y), (to_x, to_y) = places[source], places[decision]
            for point in ((x + WIDTH // 2, y), (to_x + WIDTH // 2, to_y + HEIGHT)):
                ElementTree.SubElement(edge, f"{{{DI}}}waypoint", dict(zip("xy", map(str, point), strict=True)))


def _placed(levels: Mapping[str, int]) -> dict[str, tuple[int, int]]:
    """The corner of each shape; those of one level side by side."""
    highest, used, places = max(levels.values()), dict.fromkeys(levels.values(), 0), {}
    for name, level in levels.items():
        places[name] = (GAP + used[level] * (WIDTH + GAP), GAP + (highest - level) * 2 * (HEIGHT + GAP))
        used[level] += 1
    return places
