"""What stands beside a decision, outside its digest: what people decided instead, and remarks on the input."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from cli.common.remarks_on_input import remark_sentences
from engine.decisions.trace import Trace
from engine.evaluation.program import Program
from engine.explanation.words_and_numbers import Wording
from engine.values.json_record import JsonRecord
from offers.records.input_remarks import InputRemark, OfferRemarks, in_order
from offers.records.offer import Offer

if TYPE_CHECKING:
    from cli.common.overrides import Overridden, StandingOverride


def by_nobody(trace: Trace) -> StandingOverride | None:
    """What stands beside a decision where people decided nothing."""
    return None


class Beside:
    """Knows what stands beside the decisions of one run of the command.

    Args:
        offers: those that are decided.
        programs: those of the rulebooks that decide.
        year: the agreement year.
        most: how many of the offers that were `met` last are held; by default all.
        of_rows: what else there is to remark, where the offers are rows of a table.
    """

    def __init__(
        self,
        offers: Iterable[Offer],
        programs: Sequence[Program],
        year: int,
        most: int | None = None,
        of_rows: Callable[[], Sequence[InputRemark]] = tuple,
    ) -> None:
        self._rulebooks = [program.rulebook for program in programs]
        self._remarks, self.year = OfferRemarks(programs, self._rulebooks[0].vocabulary, year), year
        self.offers: dict[str, Offer] = {}
        self.overridden: Overridden = by_nobody
        self._of_offer: dict[str, list[InputRemark]] = {}
        self._all, self._most, self._of_rows = offers, most, of_rows

    def meet(self, offer: Offer) -> None:
        """Have an offer at hand that is being decided."""
        self.offers[offer.id] = offer
        if self._most is not None and len(self.offers) > self._most:
            oldest = next(iter(self.offers))
            del self.offers[oldest]
            self._of_offer.pop(oldest, None)

    def was_remarked(self, offer: str, remarks: Sequence[InputRemark]) -> None:
        """Have the remarks on an offer be those that were recorded."""
        self._of_offer[offer] = list(remarks)

    def remarks(self, offer: str | None = None) -> list[InputRemark]:
        """The remarks on one of the offers that are held, by its id; on all together, where none is named."""
        if offer is None:
            return self._on_all
        if offer not in self._of_offer:
            self._of_offer[offer] = self._remarks.on([self.offers[offer]])
        return self._of_offer[offer]

    @cached_property
    def _on_all(self) -> list[InputRemark]:
        return in_order([*self._remarks.on(self._all), *self._of_rows()])

    def remark_sentences(self, wording: Wording, offer: str | None = None) -> list[str]:
        """Those remarks in words."""
        return remark_sentences(self.remarks(offer), self._rulebooks, self.year, wording)

    def overridden_among(self, traces: Iterable[Trace]) -> list[Trace]:
        """Those of some decisions in place of which people decided otherwise."""
        return [trace for trace in traces if self.overridden(trace) is not None]

    def override_lines(self, trace: Trace, wording: Wording) -> list[str]:
        """What people decided instead, in words; none where nobody did."""
        standing = self.overridden(trace)
        if standing is None:
            return []
        from cli.common.overrides import override_lines  # noqa: PLC0415 - only a journal has some

        return list(override_lines(standing, trace, wording))

    def record(self, trace: Trace) -> JsonRecord:
        """What is added to the record of a decision."""
        record: JsonRecord = {"input_remarks": [remark.record for remark in self.remarks(trace.subject.id)]}
        standing = self.overridden(trace)
        if standing is not None:
            from cli.common.overrides import override_record  # noqa: PLC0415 - only a journal has some

            record["recorded_override"] = override_record(standing, trace)
        return record

    def cells(self, trace: Trace, wording: Wording) -> list[str]:
        """The cells of `BESIDE_COLUMNS`."""
        from engine.explanation.remarks import Remarks  # noqa: PLC0415 - records have no need of words

        standing = self.overridden(trace)
        override = self._override(standing, trace, wording) if standing else ["" for _ in BESIDE_COLUMNS[:-2]]
        notes = " ".join(Remarks(trace, wording).sentences())
        return [*override, notes, " ".join(self.remark_sentences(wording, trace.subject.id))]

    @staticmethod
    def _override(standing: StandingOverride, trace: Trace, wording: Wording) -> list[str]:
        """What people decided, why, who and when; in Danish as the rulebook and a person call it."""
        from cli.common.table_words import TableWords  # noqa: PLC0415 - only a table needs it
        from engine.texts.days import minute_in_table  # noqa: PLC0415

        content, at = standing.content, standing.entry.recorded_at
        said = [content.because, content.by]
        if wording.language == "en":
            return [content.outcome, *said, at]
        label = TableWords(wording).label(trace.rulebook.outcomes, content.outcome)
        return [label, *said, minute_in_table(at, wording.language)]


BESIDE_COLUMNS = (
    *("recorded_override", "recorded_override_because", "recorded_override_by", "recorded_override_at"),
    *("notes", "input_remarks"),
)
"""The columns of a table of decisions for what stands beside them; notes and remarks as sentences."""
