"""What has another id in a newer rulebook and is the same otherwise: facts, criteria and overrides."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from types import MappingProxyType
from typing import NamedTuple, TypeVar

from engine.rulebooks.rulebook import (
    Aggregate,
    Applicability,
    Condition,
    Count,
    Criterion,
    Derivation,
    Difference,
    FactDeclaration,
    Join,
    Mean,
    Override,
    Ratio,
    Rulebook,
    RulePart,
    Source,
    Test,
    Vocabulary,
)
from engine.rulebooks.splits import split_ids, splits_between
from engine.values.interval import Interval

Ids = Mapping[str, str]
"""New ids by the old ones."""
Thing = TypeVar("Thing")


class Renames(NamedTuple):
    """The ids that differ between two rulebooks, of things that are the same otherwise."""

    facts: Ids
    criteria: Ids
    overrides: Ids


def renames_between(old: Rulebook, new: Rulebook) -> Renames:
    """What was renamed: a thing whose id is gone, and the only new one that says the same, or has its name.

    What was split, or put together, is not renamed.

    >>> from engine.rulebooks.library import Library
    >>> old = Library().choose("hovedstaden.mest-specialiserede", 2018)
    >>> renames_between(old, renamed(old, Renames({}, {"B1": "K1"}, {}))).criteria
    {'B1': 'K1'}
    """
    facts = renamed_facts(old.vocabulary, new.vocabulary)
    as_new = renamed(old, Renames(facts, {}, {}))
    split = split_ids(splits_between(old, new)) | split_ids(splits_between(new, old))
    before, after = ([c for c in rulebook.criteria if c.id not in split] for rulebook in (as_new, new))
    criteria = _renamed_ids(_by_id(before), _by_id(after), _LIKENESSES)
    overrides = _renamed_ids(_by_id(as_new.overrides), _by_id(new.overrides), _LIKENESSES)
    return Renames(facts, criteria, overrides)


def renamed_facts(old: Vocabulary, new: Vocabulary) -> dict[str, str]:
    """New ids of facts by the old ones: as a vocabulary says, whatever else changed; else of what is alike."""
    return _renamed_ids(old.facts, new.facts, (_declared, _labelled), facts_called_anew(old, new))


def facts_called_anew(old: Vocabulary, new: Vocabulary) -> dict[str, str]:
    """New ids of facts by the old ones, as either vocabulary says by `was`.

    >>> from engine.rulebooks.library import Library
    >>> vocabulary = Library().rulebooks[0].vocabulary
    >>> facts_called_anew(vocabulary, vocabulary)
    {}
    """
    said = [(former, fact.id) for fact in new.facts.values() for former in fact.former_ids]
    said += [(fact.id, former) for fact in old.facts.values() for former in fact.former_ids]
    pairs: dict[str, str] = {}
    for before, now in said:
        is_renamed = before in old.facts and before not in new.facts and now in new.facts and now not in old.facts
        if is_renamed and before not in pairs and now not in pairs.values():
            pairs[before] = now
    return pairs


def _by_id(things: Iterable[Criterion] | Iterable[Override]) -> dict[str, Criterion | Override]:
    return {thing.id: thing for thing in things}


def _renamed_ids(
    old: Mapping[str, Thing],
    new: Mapping[str, Thing],
    likenesses: tuple[Callable[[Thing], Hashable], ...],
    said: Ids = MappingProxyType({}),
) -> dict[str, str]:
    """Pairs of a gone and a new id that are alike, and like no other, beside those said; the closest likeness first."""
    pairs = dict(said)
    for likeness in likenesses:
        gone = [name for name in old if name not in new and name not in pairs]
        added = [name for name in new if name not in old and name not in pairs.values()]
        for name in gone:
            alike = [other for other in added if likeness(new[other]) == likeness(old[name])]
            rivals = [other for other in gone if likeness(old[other]) == likeness(old[name])]
            if len(alike) == len(rivals) == 1:
                pairs[name] = alike[0]
    return pairs


def _measured(fact: FactDeclaration) -> Hashable:
    domain = fact.domain if isinstance(fact.domain, Interval) else frozenset(fact.answers)
    return fact.kind, domain, fact.is_yearly, fact.derivation is None


def _declared(fact: FactDeclaration) -> Hashable:
    return _measured(fact), *(t and (t.da, t.en) for t in (fact.label, fact.question, fact.unit))


def _labelled(fact: FactDeclaration) -> Hashable:
    return _measured(fact), fact.label.da, fact.label.en


def _said(thing: Criterion | Override) -> Hashable:
    return repr(thing._replace(id="", split_from=()) if isinstance(thing, Criterion) else thing._replace(id=""))


def _condition_of(thing: Criterion | Override) -> Hashable:
    return repr(thing.condition), thing.verdict if isinstance(thing, Override) else thing.judgement


def _title_of(thing: Criterion | Override) -> Hashable:
    return thing.title.da, thing.title.en


_LIKENESSES = (_said, _condition_of, _title_of)


def renamed(rulebook: Rulebook, renames: Renames) -> Rulebook:
    """A rulebook with other ids; it says the same of what they name."""
    facts, criteria = renames.facts, renames.criteria
    group = _part(rulebook.rule.group, criteria)
    assert not isinstance(group, str)
    declared = {facts.get(name, name): _fact(fact, facts) for name, fact in rulebook.vocabulary.facts.items()}
    return rulebook._replace(
        criteria=tuple(_criterion(criterion, renames) for criterion in rulebook.criteria),
        overrides=tuple(
            o._replace(id=renames.overrides.get(o.id, o.id), condition=_condition(o.condition, facts))
            for o in rulebook.overrides
        ),
        rule=rulebook.rule._replace(group=group),
        vocabulary=rulebook.vocabulary._replace(facts=declared),
    )


def _fact(fact: FactDeclaration, ids: Ids) -> FactDeclaration:
    sources = _sources(fact.sources, ids)
    return fact._replace(id=ids.get(fact.id, fact.id), derivation=_derivation(fact.derivation, ids), sources=sources)


def _sources(sources: Iterable[Source], ids: Ids) -> tuple[Source, ...]:
    return tuple((ids.get(name, name), offset) for name, offset in sources)


def _derivation(derivation: Derivation | None, ids: Ids) -> Derivation | None:
    match derivation:
        case Mean():
            return derivation._replace(of=ids.get(derivation.of, derivation.of))
        case Ratio(of=of, to=to):
            return Ratio(ids.get(of, of), ids.get(to, to))
        case Difference(of=of, less=less):
            return Difference(ids.get(of, of), ids.get(less, less))
        case Aggregate():
            return derivation._replace(parts=_sources(derivation.parts, ids))
        case None:
            return None


def _criterion(criterion: Criterion, renames: Renames) -> Criterion:
    facts, exempt, judgement = renames.facts, criterion.applicability, criterion.judgement
    return criterion._replace(
        id=renames.criteria.get(criterion.id, criterion.id),
        condition=_condition(criterion.condition, facts),
        judgement=None if judgement is None else facts.get(judgement, judgement),
        applicability=None if exempt is None else _applicability(exempt, facts),
    )


def _applicability(exempt: Applicability, facts: Ids) -> Applicability:
    return exempt._replace(exempt_when=_condition(exempt.exempt_when, facts))


def _condition(condition: Condition, facts: Ids) -> Condition:
    if not isinstance(condition, Test):
        return condition._replace(parts=tuple(_condition(part, facts) for part in condition.parts))
    return condition._replace(fact=facts.get(condition.fact, condition.fact))


def _part(part: RulePart, criteria: Ids) -> RulePart:
    match part:
        case str():
            return criteria.get(part, part)
        case Count():
            mandatory = tuple(criteria.get(name, name) for name in part.mandatory)
            return part._replace(members=tuple(_part(m, criteria) for m in part.members), mandatory=mandatory)
        case Join():
            return part._replace(parts=tuple(_part(p, criteria) for p in part.parts))
