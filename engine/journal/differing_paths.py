"""Where two records differ."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

_NAMES = ("id", "fact", "code")
MISSING = object()


def differing_paths(one: object, other: object, path: str = "") -> Iterator[str]:
    """The paths at which two records differ; items of lists go by their id or fact where they have one.

    >>> list(differing_paths({"a": [{"id": "B1", "x": 1}], "b": 2}, {"a": [{"id": "B1", "x": 3}], "b": 2}))
    ['a.B1.x']
    """
    if isinstance(one, Mapping) and isinstance(other, Mapping):
        yield from _of_mappings(one, other, path)
    elif _is_list(one) and _is_list(other):
        yield from _of_mappings(_by_name(one), _by_name(other), path)  # type: ignore[arg-type]
    elif one != other or type(one) is not type(other):
        yield path


def _of_mappings(one: Mapping[str, object], other: Mapping[str, object], path: str) -> Iterator[str]:
    for key in dict.fromkeys([*one, *other]):
        below = f"{path}.{key}" if path else str(key)
        yield from differing_paths(one.get(key, MISSING), other.get(key, MISSING), below)


def _is_list(value: object) -> bool:
    return isinstance(value, Sequence) and not isinstance(value, str)


def _by_name(items: Sequence[object]) -> dict[str, object]:
    """The items of a list by their names, or else their positions."""
    named: dict[str, object] = {}
    for position, item in enumerate(items, 1):
        own = next((str(item[n]) for n in _NAMES if n in item), None) if isinstance(item, Mapping) else None
        named[own if own is not None and own not in named else str(position)] = item
    return named
