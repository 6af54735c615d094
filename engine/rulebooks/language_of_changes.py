"""Rulebooks of format 2 as they are written: in full, or as changes to the version before."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar, Literal

from engine.documents.shape import key, shape
from engine.rulebooks.language import (
    Condition,
    Criterion,
    Group,
    InForce,
    NotApplicable,
    Outcomes,
    Override,
    RulebookFile,
    Text,
)
from engine.rulebooks.meant import IN_CHANGE, IN_CHANGES, IN_WHOLE
from engine.texts.catalogue import Message


@shape
class SplitCriterion(Criterion):
    """One criterion, which may be a part of what was one criterion in an earlier version."""

    split_from: list[str] | None = key(
        default=None, at_least=1, description="the criteria of earlier versions that it is a part of"
    )


@shape
class WholeFile(RulebookFile):
    """A rulebook in full."""

    meant: ClassVar[Mapping[str, Message]] = IN_WHOLE

    format: Literal["sekskant/rulebook/2"]  # type: ignore[assignment] # the same record in another format
    criteria: dict[str, SplitCriterion] = key(at_least=1)  # type: ignore[assignment] # each has a key more


@shape
class CriterionKeys:
    """The keys of a criterion of which some are said anew: those that are not named stay, `null` takes one out."""

    title: Text | None = None
    description: Text | None = None
    reference: Text | None = None
    reading: Text | None = key(default=None, description="a reading of ours where the source leaves room")
    met_when: Condition | None = key(default=None, description="the condition that meets the criterion")
    indicated_by: Condition | None = key(default=None, description="an indicative measure, with a `judgement`")
    judgement: str | None = key(default=None, description="with `indicated_by`: the judgement that may depart from it")
    not_applicable: NotApplicable | None = None


@shape
class Change(CriterionKeys):
    """A change of one criterion: keys said anew, or it is `split_into` others, `added` or `dropped`."""

    meant: ClassVar[Mapping[str, Message]] = IN_CHANGE

    split_into: dict[str, CriterionKeys] | None = key(
        default=None, description="the criteria that take its place; keys that they do not name are those of it"
    )
    added: Criterion | None = key(default=None, description="the new criterion, in full")
    after: str | None = key(default=None, description="with `added`: the criterion that it stands after")
    dropped: bool | None = key(default=None, description="`true`: the criterion is taken out")


@shape
class RuleAnew(Group):
    """The rule in full; or `at_least` and texts alone, where who counts is as before."""

    id: str | None = None
    title: Text | None = None
    reference: Text | None = None
    reading: Text | None = None


@shape
class ChangesFile:
    """A version of a rulebook as changes to the one before: what is not named is as it was there."""

    meant: ClassVar[Mapping[str, Message]] = IN_CHANGES

    format: Literal["sekskant/rulebook/2"]
    id: str
    version: str
    based_on: str = key(description="the version before, of the same id")
    in_force: InForce
    source: Text = key(description="the document that the references point into")
    vocabulary: str | None = key(default=None, description="the id of the vocabulary, where it is another")
    language: Literal["da", "en"] | None = key(default=None, description="the language of the source")
    title: Text | None = None
    subset_of: str | None = key(
        default=None, description="the id of a rulebook whose verdict should be met wherever this one's is"
    )
    outcomes: Outcomes | None = None
    overrides: dict[str, Override] | None = key(default=None, description="all overrides, in full")
    rule: RuleAnew | None = key(default=None, description="in full; or `at_least` and texts alone")
    changes: dict[str, Change] | None = key(default=None, description="the criteria that are others than before")
