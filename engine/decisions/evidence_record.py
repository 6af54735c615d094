"""What is stated of a fact, as the decision record shows it."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

from engine.evaluation.evidence import NO_PROVENANCE, Finding, Provenance, State
from engine.rulebooks.rulebook import Possible
from engine.values.interval import Interval
from engine.values.json_record import JsonRecord
from engine.values.numbers import interval_record

WithoutLimits = Callable[[Interval, Interval], Interval]
"""An interval without what are only the limits of its fact."""


def ends_told_by_number(interval: Interval, limits: Interval) -> Interval:
    """An interval without an end whose number is that of a limit, as `sekskant/decision/1` showed it.

    An end that is left out is lost with it, so that above 0 is shown as any number where 0 is the limit. Records that
    were made so are made again so.
    """
    if interval.is_exact:
        return interval
    low = None if interval.low == limits.low else interval.low
    high = None if interval.high == limits.high else interval.high
    return Interval(low, high, interval.low_open, interval.high_open)


class EvidenceRecords(NamedTuple):
    """Shows evidence as one format of the decision record does."""

    without_limits: WithoutLimits

    def of(self, finding: Finding) -> JsonRecord | None:
        """What is stated of a fact, with the parts it is derived from; None where nothing is."""
        if not finding.state.is_stated:
            return None
        record = self._possible(finding, finding.possible)
        if not finding.parts:
            return record
        if finding.evidence is not None:
            record["stated"] = self._possible(finding._replace(state=finding.evidence.state), finding.evidence.possible)
        return record | {"derived_from": {name: self._part(part) for name, part in finding.parts}}

    def _possible(self, finding: Finding, possible: Possible) -> JsonRecord:
        """What a fact can still be, without the limits that it has anyway."""
        if finding.state is State.STATED_UNKNOWN:
            return {"unknown": True}
        domain = finding.fact.domain
        if isinstance(possible, Interval) and isinstance(domain, Interval):
            return {**interval_record(self.without_limits(possible, domain))}
        answers = [answer for answer in finding.fact.answers if answer in possible]  # type: ignore[operator]
        return {"answer": answers[0]} if len(answers) == 1 else {"answers": answers}

    def _part(self, finding: Finding) -> JsonRecord | None:
        record = self.of(finding)
        return None if record is None else record | details_of(finding)


def details_of(finding: Finding) -> JsonRecord:
    """Where a fact's own evidence comes from, and whether it was assumed."""
    provenance, evidence = finding.provenance, finding.evidence
    details: JsonRecord = {}
    if provenance is not NO_PROVENANCE:
        details = {name: text for name, text in zip(Provenance._fields, provenance, strict=True) if text is not None}
    return details | {"assumed": True} if evidence and evidence.assumed else details
