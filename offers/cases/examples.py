"""Offers made to show something, as files that can be assessed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from engine.authoring.proofs.witness import Values
from engine.rulebooks.rulebook import Vocabulary
from offers.cases.case_writer import value_text

_NOBODY = "none"


def example_offer(values: Values, vocabulary: Vocabulary, name: str, comments: Iterable[str], because: str) -> str:
    """An offer file with the values of its facts; each judgement has the reason given.

    Attributes stand where an offer says them of itself: its operator, its agreement, its kind of service.
    """
    lines = [*(f"# {line}" for line in comments), "format: sekskant/offer/1", "id: example", f"name: {name}"]
    lines += _attributes(values)
    lines.append("evidence:")
    for fact, value in values.items():
        declared = vocabulary.facts[fact]
        if not declared.is_attribute:
            text = value_text(value)
            is_judged = declared.is_judgement
            lines.append(f"  {fact}: {{answer: {text}, because: {because}}}" if is_judged else f"  {fact}: {text}")
    return "\n".join(lines) + "\n"


def _attributes(values: Values) -> Iterator[str]:
    agreement, operator = values.get("agreement_kind"), values.get("operator_kind")
    if operator or agreement:
        yield f"operator: {{name: X, kind: {operator or 'private'}}}"
    if agreement:
        yield "agreement_with: null" if agreement == _NOBODY else f"agreement_with: {{name: Y, kind: {agreement}}}"
    if service := values.get("service_type"):
        yield f"service_type: {service}"
