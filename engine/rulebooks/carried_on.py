"""A version of a rulebook put together from its changes and the version before: one document, each part in its place.

A criterion is as it was but for the keys that the changes name; the rule, the overrides and all else are replaced as a
whole where they stand. What comes from a file keeps its place in it.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Collection, Iterator
from collections.abc import Mapping as MappingType

from engine.diagnostics import near_hint, nearest, quoted
from engine.documents.document import Mapping, Node, Scalar, Sequence
from engine.rulebooks.checker import Checker
from engine.rulebooks.filled_texts import with_literal_braces
from engine.rulebooks.language_of_changes import Change, ChangesFile, CriterionKeys, SplitCriterion, WholeFile
from engine.texts.catalogue import message

_OF_CHANGES = ("based_on", "changes", "rule")
"""What is not taken over as it stands."""
_FORMS = ("split_into", "added", "dropped")
_CONDITIONS = ("met_when", "indicated_by")
_FACTS = ("fact", "judgement")
"""The keys at which a criterion or an override names a fact."""
_WITH_TEXTS = ("title", "source", "outcomes", "overrides", "rule", "criteria")
"""The parts whose texts are filled."""
_LISTS = ("of", "all", "mandatory")
"""The lists of a rule in which a criterion can be replaced by several: elsewhere the rule would mean another thing."""
_TEXTS = ("id", "title", "reference", "reading")
"""What a rule says besides who counts, and how many."""
_RULE_IN_FULL = message("write `rule` in full")


def carried_on(changes: Mapping, written: ChangesFile, former: Mapping) -> Mapping:
    """The document of a version in full.

    Args:
        changes: the document with the changes.
        written: what stands in it.
        former: the document of the version before, in full.

    Raises:
        Rejected: with every mistake in the changes.
    """
    whole = _Whole(changes, written, former)
    document = whole.document()
    whole.finish()
    return document


def with_present_facts(document: Mapping, present_ids: MappingType[str, str], file: str) -> Mapping:
    """The document of a version in full, in which what is taken over names facts as they are called now.

    Args:
        document: the document.
        present_ids: what facts are called now, by the ids that they had before.
        file: the file of the changes; what stands in it stays, since its author has to know the names of now.
    """
    parts = {key: node for key, node in document.entries.items() if key in ("overrides", "criteria")}
    renamed: dict[str, Node] = {key: _renamed(node, present_ids, file) for key, node in parts.items()}
    return document._replace(entries={**document.entries, **renamed})


def with_literal_texts(document: Mapping) -> Mapping:
    """A document of the first format, in which braces are signs like others, as one of the second says the same."""
    entries = {key: _literal(node) for key, node in document.entries.items() if key in _WITH_TEXTS}
    return document._replace(entries={**document.entries, **entries})


def _literal(node: Node) -> Node:
    match node:
        case Mapping():
            return node._replace(entries={key: _literal(child) for key, child in node.entries.items()})
        case Scalar(value=str(text)) if "{" in text or "}" in text:
            return Scalar(node.place, with_literal_braces(text), with_literal_braces(text))
        case _:
            return node


def _renamed(node: Node, present_ids: MappingType[str, str], file: str) -> Node:
    match node:
        case Mapping():
            entries = {key: _renamed(child, present_ids, file) for key, child in node.entries.items()}
            for key in _FACTS:
                named = node.entries.get(key)
                if isinstance(named, Scalar) and named.place.file != file and named.text in present_ids:
                    now = present_ids[named.text]
                    entries[key] = Scalar(named.place, now, now)
            return node._replace(entries=entries)
        case Sequence():
            return node._replace(items=tuple(_renamed(item, present_ids, file) for item in node.items))
        case Scalar():
            return node


class _Whole(Checker):
    def __init__(self, changes: Mapping, written: ChangesFile, former: Mapping) -> None:
        super().__init__(changes)
        self._changes, self._written, self._former = changes, written, former
        self._criteria = dict(_mapping(former, "criteria").entries)
        self._key_places = dict(_mapping(former, "criteria").key_places)
        self._taken = {*self._criteria}
        """The ids that criteria have, or had before."""
        self._replaced: dict[str, tuple[str, ...]] = {}

    def document(self) -> Mapping:
        anew = {key: node for key, node in self._changes.entries.items() if key not in _OF_CHANGES}
        entries, places = {**self._former.entries, **anew}, {**self._former.key_places, **self._changes.key_places}
        entries["criteria"] = self._with_changes()
        entries["rule"] = self._rule()
        said = {name: node for name, node in entries.items() if not _says_nothing(node)}
        return Mapping(self._changes.place, _in_order(said, _keys_of(WholeFile)), places)

    def _with_changes(self) -> Mapping:
        for name, change in (self._written.changes or {}).items():
            self._change(name, change)
        return Mapping(_mapping(self._former, "criteria").place, self._criteria, self._key_places)

    def _change(self, name: str, change: Change) -> None:
        """One criterion changed, split, added or taken out; who stands for it in the rule is noted."""
        forms = [form for form in _FORMS if getattr(change, form) is not None]
        named = self._entries(name)
        if len(forms) > 1 or (forms and {*named} - {*forms, "after"}):
            words = message("a change has one form, here {forms}", forms=", ".join(f"`{key}`" for key in named))
            advice = message("the keys of a criterion, or one of `split_into`, `added`, `dropped`")
            self.say(("changes", name), "change-form", words, advice, at_key=True)
        elif change.dropped is False:
            words = message("`dropped` is `true`, or is left out")
            self.say(("changes", name, "dropped"), "change-form", words)
        elif change.after is not None and forms != ["added"]:
            words = message("`after` belongs beside `added`")
            self.say(("changes", name, "after"), "change-form", words, at_key=True)
        elif forms == ["added"]:
            self._add(name, change.after)
        elif name not in self._criteria:
            self._unknown(name)
        elif forms == ["dropped"]:
            self._replace(name, {})
            self._replaced[name] = ()
        elif change.split_into is not None:
            self._split(name, change.split_into)
        elif not named:
            words = message("nothing is said of {name}", name=quoted(name))
            self.say(
                ("changes", name), "change-form", words, message("leave it out, or name what changes"), at_key=True
            )
        else:
            self._criteria[name] = self._changed(name, change, ("changes", name), self._criteria[name])
            self._key_places[name] = _mapping(self._changes, "changes").key_places[name]

    def _entries(self, name: str) -> MappingType[str, Node]:
        return _mapping(_mapping(self._changes, "changes"), name).entries

    def _unknown(self, name: str) -> None:
        words = message("there is no criterion {name} in the version before", name=quoted(name))
        new = message("a new one is `{name}: {{added: {{title: ..., met_when: ...}}, after: ...}}`", name=name)
        advice = near_hint(name, self._criteria) if nearest(name, self._criteria) else new
        self.say(("changes", name), "unknown-criterion", words, advice, at_key=True)

    def _add(self, name: str, after: str | None) -> None:
        path = ("changes", name)
        if name in self._taken:
            words = message("there is a criterion {name} already", name=quoted(name))
            self.say(path, "repeated-id", words, message("give the new one another id"), at_key=True)
            return
        self._taken.add(name)
        if after is not None and after not in self._criteria:
            words = message("there is no criterion {name} for it to stand after", name=quoted(after))
            self.say((*path, "after"), "unknown-criterion", words, near_hint(after, self._criteria))
        added = _mapping(_mapping(_mapping(self._changes, "changes"), name), "added")
        self._key_places[name] = _mapping(self._changes, "changes").key_places[name]
        in_order = added._replace(entries=_in_order(added.entries, _keys_of(SplitCriterion)))
        self._criteria = _with_entry_after(self._criteria, after, {name: in_order})

    def _replace(self, name: str, others: dict[str, Node]) -> None:
        """Put others in the place of a criterion."""
        self._criteria = {**_with_entry_after(self._criteria, name, others)}
        del self._criteria[name]

    def _split(self, name: str, parts: MappingType[str, CriterionKeys]) -> None:
        path = ("changes", name, "split_into")
        if len(parts) < 2:
            words = message("{name} is split into fewer than two", name=quoted(name))
            self.say(path, "change-form", words, message("name the keys that change, to change it"), at_key=True)
            return
        taken = [part for part in parts if part in self._taken]
        for part in taken:
            words = message("there is a criterion {name} already", name=quoted(part))
            self.say((*path, part), "repeated-id", words, message("give each part an id of its own"), at_key=True)
        if taken:
            return
        self._taken |= {*parts}
        written = _mapping(_mapping(_mapping(self._changes, "changes"), name), "split_into")
        before = self._criteria[name]
        whole = {part: self._changed(name, keys, (*path, part), before, is_part=True) for part, keys in parts.items()}
        self._key_places |= written.key_places
        self._replace(name, {**whole})
        self._replaced[name] = tuple(parts)

    def _changed(
        self, name: str, keys: CriterionKeys, path: tuple[str, ...], before: Node, *, is_part: bool = False
    ) -> Mapping:
        """A criterion with the keys that are said anew; a part of one says which."""
        changes = self._changes
        for step in path:
            changes = _mapping(changes, step)
        assert isinstance(before, Mapping)
        entries, places = {**before.entries, **changes.entries}, {**before.key_places, **changes.key_places}
        said = {key: node for key, node in entries.items() if not _says_nothing(node)}
        both = [key for key in _CONDITIONS if key in said]
        if len(both) == 2 and any(getattr(keys, key) is None for key in both):
            old = next(key for key in both if getattr(keys, key) is None)
            words = message("a criterion has one of `met_when` and `indicated_by`, here both")
            advice = message("take out that of before: `{key}: null`", key=old)
            self.say(path, "condition-form", words, advice, at_key=True)
        if is_part:
            earlier = said.get("split_from")
            items = earlier.items if isinstance(earlier, Sequence) else ()
            said["split_from"] = Sequence(changes.place, (*items, Scalar(changes.place, name, name)))
        return Mapping(changes.place, _in_order(said, _keys_of(SplitCriterion)), places)

    # --- the rule ---

    def _rule(self) -> Node:
        """The rule that is written; else that of before, with parts in the place of what was split."""
        anew = self._changes.entries.get("rule")
        before = self._former.entries["rule"]
        said: dict[str, Node] = {}
        assert isinstance(before, Mapping)
        if isinstance(anew, Mapping):
            said = {key: node for key, node in anew.entries.items() if not _says_nothing(node)}
            if _is_in_full(said.keys()):
                return anew._replace(entries=said)
            entries = {key: node for key, node in {**before.entries, **anew.entries}.items() if not _says_nothing(node)}
            before = Mapping(anew.place, entries, {**before.key_places, **anew.key_places})
        return self._with_parts(before, is_number_said="at_least" in said)

    def _with_parts(self, rule: Mapping, *, is_number_said: bool) -> Mapping:
        lists = {key: node for key, node in rule.entries.items() if key in _LISTS}
        within = _names_below(rule)
        for name in self._replaced:
            if name in within:
                words = message("{name} counts in a part of the rule that it cannot be replaced in", name=quoted(name))
                self.say(("changes", name), "required-anew", words, _RULE_IN_FULL, at_key=True)
        counted = [name for name in self._replaced if "of" in lists and name in _names(lists["of"])]
        if counted and not is_number_said:
            words = message("who counts in the rule is another than before, and how many are required is not said anew")
            advice = message("say it as `rule: {{at_least: ...}}`, or write `rule` in full")
            self.say(("changes", counted[0]), "required-anew", words, advice, at_key=True)
        return rule._replace(entries={**rule.entries, **{key: self._members(node) for key, node in lists.items()}})

    def _members(self, node: Node) -> Node:
        """A list of criteria, each that is no more replaced by its parts."""
        return node._replace(items=tuple(self._stand_ins(node))) if isinstance(node, Sequence) else node

    def _stand_ins(self, members: Sequence) -> Iterator[Node]:
        for member in members.items:
            name = member.text if isinstance(member, Scalar) else None
            if name not in self._replaced:
                yield member
                continue
            place = _mapping(self._changes, "changes").key_places[name]
            yield from (Scalar(place, part, part) for part in self._last_parts(name))

    def _last_parts(self, name: str) -> Iterator[str]:
        """The parts of what was split; of a part that was split itself, its parts."""
        for part in self._replaced[name]:
            if part in self._replaced:
                yield from self._last_parts(part)
            else:
                yield part


def _is_in_full(keys: Collection[str]) -> bool:
    """Whether a rule says who counts: what says no more than how many, or texts, keeps the rest."""
    return not keys or not {*keys} <= {"at_least", *_TEXTS}


def _names(node: Node) -> set[str]:
    """The criteria that a list names itself."""
    return {item.text for item in node.items if isinstance(item, Scalar)} if isinstance(node, Sequence) else set()


def _names_below(rule: Mapping) -> set[str]:
    """The criteria that stand in `any`, in `not` or in groups of a rule, and not in a list of its own."""
    below = [rule.entries[key] for key in ("any", "not") if key in rule.entries]
    for key in _LISTS:
        own = rule.entries.get(key)
        below += [item for item in own.items if not isinstance(item, Scalar)] if isinstance(own, Sequence) else []
    return {name for node in below for name in _all_names(node)}


def _all_names(node: Node) -> Iterator[str]:
    """All criteria that a part of a rule names."""
    match node:
        case Scalar():
            yield node.text
        case Sequence():
            for item in node.items:
                yield from _all_names(item)
        case Mapping():
            for key in (*_LISTS, "any", "not"):
                if key in node.entries:
                    yield from _all_names(node.entries[key])


def _mapping(node: Mapping, key: str) -> Mapping:
    """What stands at a key, which the shape has shown to be a mapping."""
    value = node.entries[key]
    assert isinstance(value, Mapping)
    return value


def _says_nothing(node: Node) -> bool:
    return isinstance(node, Scalar) and node.value is None


def _keys_of(shape_class: type) -> list[str]:
    return [field.name for field in dataclasses.fields(shape_class)]


def _in_order(entries: MappingType[str, Node], keys: list[str]) -> dict[str, Node]:
    """Entries in the order of a record's keys; what is no key of it stands last."""
    return {key: entries[key] for key in sorted(entries, key=lambda k: keys.index(k) if k in keys else len(keys))}


def _with_entry_after(
    entries: MappingType[str, Node], after: str | None, others: MappingType[str, Node]
) -> dict[str, Node]:
    """Entries with others behind one of them, or at the end."""
    if after not in entries:
        return {**entries, **others}
    made: dict[str, Node] = {}
    for key, node in entries.items():
        made[key] = node
        if key == after:
            made |= others
    return made
