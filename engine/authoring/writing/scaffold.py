"""A first rulebook from a few answers: a vocabulary, the rulebook and its cases, which check clean and pass."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, NamedTuple

from engine.authoring.writing.layout import laid_out
from engine.rulebooks.filled_texts import with_literal_braces
from engine.rulebooks.language import Text, text_of
from engine.texts.catalogue import Language, Message, message
from engine.values.unicode_forms import in_form

_LETTERS = str.maketrans({"æ": "ae", "ø": "oe", "å": "aa", "Æ": "Ae", "Ø": "Oe", "Å": "Aa"})


class NewCriterion(NamedTuple):
    """A criterion to begin with: a judgement, or a number with a threshold."""

    title: Text
    section: str
    comparison: str | None = None
    threshold: Decimal | None = None

    @property
    def fact(self) -> str:
        """The id of the fact that it reads."""
        return identifier(self.title.en)


class NewRulebook(NamedTuple):
    """A rulebook to begin with: at least `required` of its criteria, the `mandatory` ones (by number) among them."""

    id: str
    year: int
    title: Text
    source: Text
    criteria: tuple[NewCriterion, ...]
    required: int
    mandatory: tuple[int, ...] = ()

    @property
    def names(self) -> list[str]:
        """The ids of the criteria."""
        return [f"K{i}" for i in range(1, len(self.criteria) + 1)]


def identifier(text: str) -> str:
    """A text as an id.

    >>> identifier("Large catchment area?"), identifier("3 års øvelse")
    ('large_catchment_area', 'x3_aars_oevelse')
    """
    plain = in_form("NFKD", text.translate(_LETTERS)).encode("ascii", "ignore").decode()
    name = re.sub(r"[^a-z0-9]+", "_", plain.lower()).strip("_") or "x"
    return name if name[0].isalpha() else f"x{name}"


def files_of(new: NewRulebook, language: Language) -> Mapping[str, str]:
    """The text of each file by its path in the folder of the rulebook; cases are named in the language."""
    name = f"{new.id.rpartition('.')[2]}-{new.year}.yaml"
    return {
        "vocabulary.yaml": _written("vocabulary", "schema", _vocabulary(new)),
        name: _written("rulebook", "schema", _rulebook(new)),
        f"cases/{name}": _cases(new, language),
    }


def _written(kind: str, folder: str, record: Mapping[str, Any]) -> str:
    text, number = laid_out(json.dumps(record, ensure_ascii=False, default=_number), kind), record["format"][-1]
    return f"# yaml-language-server: $schema={folder}/{kind}-{number}.schema.json\n{text}"


def _number(number: object) -> float | int:
    """An exact number as JSON writes it."""
    assert isinstance(number, Decimal)
    return int(number) if number == int(number) else float(number)


def _vocabulary(new: NewRulebook) -> dict[str, Any]:
    return {
        "format": "sekskant/vocabulary/1",
        "id": new.id.partition(".")[0],
        "title": _both(
            message("Facts for \N{LEFT DOUBLE QUOTATION MARK}{title}\N{RIGHT DOUBLE QUOTATION MARK}"), title=new.title
        ),
        "facts": {criterion.fact: _fact(criterion) for criterion in new.criteria},
    }


def _fact(criterion: NewCriterion) -> dict[str, Any]:
    title = criterion.title
    if criterion.threshold is None:
        question = _both(message("{title}: is it judged to be met?"), title=title)
        return {"type": "judgement", "label": _written_out(title), "question": question}
    is_whole = criterion.threshold == int(criterion.threshold)
    question = _both(message("{title}: how many are there?"), title=title)
    kind = "whole_number" if is_whole else "number"
    return {"type": kind, "at_least": 0, "label": _written_out(title), "question": question}


def _rulebook(new: NewRulebook) -> dict[str, Any]:
    names = new.names
    title = message("At least {required} of {count} criteria", required="{required}", count="{criteria}")
    rule: dict[str, Any] = {
        "id": f"at_least_{new.required}",
        "title": _both(title),
        "reference": _both(message("the rule")),
        "at_least": new.required,
        "of": names,
    }
    if new.mandatory:
        rule["mandatory"] = [names[i - 1] for i in new.mandatory]
    return {
        "format": "sekskant/rulebook/2",
        "id": new.id,
        "version": str(new.year),
        "vocabulary": new.id.partition(".")[0],
        "language": "da",
        "in_force": {"from": f"{new.year}-01-01", "until": f"{new.year}-12-31"},
        "title": _written_out(_literal(new.title)),
        "source": _written_out(_literal(new.source)),
        "outcomes": {
            "met": {"id": "covered", "label": _both(message("covered"))},
            "not_met": {"id": "not_covered", "label": _both(message("not covered"))},
            "undetermined": {"id": "undetermined", "label": _both(message("undetermined"))},
        },
        "rule": rule,
        "criteria": {name: _criterion(criterion) for name, criterion in zip(names, new.criteria, strict=True)},
    }


_COMPARED = {"at_least": message("{title}: at least {number}."), "at_most": message("{title}: at most {number}.")}


def _criterion(criterion: NewCriterion) -> dict[str, Any]:
    title, condition = _literal(criterion.title), {"fact": criterion.fact}
    description = _both(message("{title}: by a judgement."), title=title)
    if criterion.threshold is not None and criterion.comparison is not None:
        condition = {"fact": criterion.fact, criterion.comparison: criterion.threshold}  # type: ignore[dict-item]
        threshold = Text(da="{threshold}", en="{threshold}")
        description = _both(_COMPARED[criterion.comparison], title=title, number=threshold)
    reference = _both(message("section {section}", section=with_literal_braces(criterion.section)))
    return {"title": _written_out(title), "description": description, "reference": reference, "met_when": condition}


def _literal(text: Text) -> Text:
    """A text that was given, in which a brace is a sign like others."""
    return Text(da=with_literal_braces(text.da), en=with_literal_braces(text.en))


def _cases(new: NewRulebook, language: Language) -> str:
    """Two cases: all is met, and nothing is known."""
    all_met, none_known = message("everything is met"), message("nothing is known")
    evidence = ", ".join(f"{criterion.fact}: {_meeting(criterion)}" for criterion in new.criteria)
    lines = [
        "# yaml-language-server: $schema=../schema/cases-1.schema.json",
        "format: sekskant/cases/1",
        f"rulebook: {new.id}@{new.year}",
        "cases:",
        f"  - case: {all_met.in_language(language)}",
        f"    evidence: {{{evidence}}}",
        "    verdict: met",
        f"    basis: at_least_{new.required}",
        "",
        f"  - case: {none_known.in_language(language)}",
        "    evidence: {}",
        "    verdict: undetermined",
    ]
    return "\n".join(lines) + "\n"


def _meeting(criterion: NewCriterion) -> str:
    """A value that meets a criterion."""
    return "yes" if criterion.threshold is None else f"{criterion.threshold:f}"


def _both(words: Message, **texts: Text) -> dict[str, str]:
    """A text of ours, with texts in it, as a file writes it."""
    return _written_out(text_of(words, **texts))


def _written_out(text: Text) -> dict[str, str]:
    return {"da": text.da, "en": text.en}


def repeated_facts(criteria: Sequence[NewCriterion]) -> list[str]:
    """The facts that two criteria would share by the likeness of their titles."""
    facts = [criterion.fact for criterion in criteria]
    return sorted({fact for fact in facts if facts.count(fact) > 1})
