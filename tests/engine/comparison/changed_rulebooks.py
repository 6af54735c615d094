"""Rulebooks and evidence with edits, each of which is one difference: what a change is made of, known beforehand."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable, Mapping, Sequence
from copy import deepcopy
from decimal import Decimal
from typing import Any, NamedTuple

from hypothesis import strategies as st

from engine.decisions.decide import Decider
from engine.diagnostics import Rejected
from engine.evaluation.evidence import Evidence, Stated
from engine.evaluation.program import compile_rulebook
from engine.rulebooks.rulebook import Rulebook, Verdict
from tests.engine.random_rulebooks import (
    ANSWERS,
    DEPARTURES,
    PASSES,
    THRESHOLDS,
    TRUTHS,
    VOCABULARY,
    YEAR,
    evidence,
    full_evidence,
)
from tests.support import make_rulebook

Written = dict[str, Any]
"""A rulebook: criteria, the members of its one group, who is mandatory, the number required, and overrides."""
FACTS = (*THRESHOLDS, *ANSWERS)


class Edit(NamedTuple):
    """One difference: the words that stand for it, and how it is made in a rulebook, in evidence or in the year."""

    text: str
    apply: Callable[[Written], None]


class Change(NamedTuple):
    """A rulebook and evidence as they were, and the edits by which they became what they are."""

    before: Written
    edits: tuple[Edit, ...]

    def after(self, chosen: Iterable[Edit]) -> Written:
        """What is written with some of the edits."""
        written = deepcopy(self.before)
        for edit in chosen:
            edit.apply(written)
        return written


def rulebook_of(written: Written) -> Rulebook:
    """The rulebook as it is loaded, with a title of its own for each criterion and override."""
    group = {"at_least": written["required"], "of": written["members"], "mandatory": written["mandatory"]}
    criteria, overrides = (
        {name: _titled(name, item) for name, item in written[kind].items()} for kind in ("criteria", "overrides")
    )
    return make_rulebook(VOCABULARY, criteria, group, overrides)


def _titled(name: str, item: Written) -> Written:
    """An item with its id as title, or that which it had before it was renamed."""
    title = item.get("called", name)
    return {**{key: part for key, part in item.items() if key != "called"}, "title": {"da": title, "en": title}}


def stated_in(written: Written) -> Stated:
    """The evidence."""
    stated: dict[str, Any] = {}
    for (name, year), one in written["stated"].items():
        if year:
            stated.setdefault(name, {})[year] = one
        else:
            stated[name] = one
    return stated


def verdict_of(written: Written, rulebook: Rulebook) -> Verdict | None:
    """The verdict by what is written, read with the facts that the rulebook reads; None where it cannot be given."""
    facts = {fact.id: fact for fact in compile_rulebook(rulebook).facts_read}
    read = rulebook._replace(vocabulary=rulebook.vocabulary._replace(facts=facts))
    try:
        return Decider(read, is_checked=False).verdict_on(stated_in(written), written["year"])
    except Rejected:
        return None


def minimal_by_brute_force(change: Change) -> set[frozenset[str]]:
    """Every set of edits that gives the verdict of all of them and of which no part does: all subsets decided."""
    rulebooks: dict[str, Rulebook] = {}
    numbers = range(len(change.edits))

    def verdict(chosen: Iterable[int]) -> Verdict | None:
        written = change.after(change.edits[at] for at in chosen)
        key = repr({name: part for name, part in written.items() if name not in ("stated", "year")})
        if key not in rulebooks:
            rulebooks[key] = rulebook_of(written)
        return verdict_of(written, rulebooks[key])

    before, now = verdict(()), verdict(numbers)
    if before is None or now is None or before is now:
        return set()
    sizes = (itertools.combinations(numbers, size) for size in range(len(numbers) + 1))
    verdicts = {frozenset(chosen): verdict(chosen) for chosen in itertools.chain.from_iterable(sizes)}
    turning = [chosen for chosen, verdict in verdicts.items() if verdict is now]
    minimal = [one for one in turning if not any(other < one for other in turning)]
    return {frozenset(change.edits[at].text for at in one) for one in minimal}


# --- edits ---


def _test(draw: st.DrawFn, fact: str) -> Written:
    if fact in ANSWERS:
        return {"fact": fact, "in": draw(st.lists(st.sampled_from(ANSWERS[fact]), min_size=1, max_size=2, unique=True))}
    pairs = [(c, Decimal(t)) for c in sorted(PASSES) for t in THRESHOLDS[fact]]
    possible = [(c, t) for c, t in pairs if not (fact == "rooms" and c == "equals" and t % 1)]
    comparison, threshold = draw(st.sampled_from(possible))
    return {"fact": fact, comparison: threshold}


def _condition(draw: st.DrawFn) -> Written:
    facts = draw(st.lists(st.sampled_from(FACTS), min_size=1, max_size=3, unique=True))
    tests = [_test(draw, fact) for fact in facts]
    form = draw(st.sampled_from(("all", "any")))
    return {form: tests} if len(tests) > 1 else tests[0]


def _criterion(draw: st.DrawFn) -> Written:
    written: Written = {"met_when": _condition(draw)}
    if draw(st.integers(0, 3)) == 0:
        counts_as = draw(st.sampled_from(("excluded", "met", "not_met")))
        written["not_applicable"] = {"when": _condition(draw), "counts_as": counts_as}
    return written


def _override(draw: st.DrawFn) -> Written:
    return {"when": _condition(draw), "verdict": draw(st.sampled_from(("met", "not_met")))}


def _tests_in(condition: Written) -> list[Written]:
    return next((parts for form, parts in condition.items() if form in ("all", "any")), [condition])


def _edit_of_test(draw: st.DrawFn, written: Written) -> Edit | None:
    kind = draw(st.sampled_from(("criteria", "overrides")))
    if not written[kind]:
        return None
    name = draw(st.sampled_from(sorted(written[kind])))
    key = "met_when" if kind == "criteria" else "when"
    tests = _tests_in(written[kind][name].get(key, {}))
    at = draw(st.integers(0, len(tests) - 1))
    other = _test(draw, tests[at]["fact"])
    if _meaning(other) == _meaning(tests[at]):
        return None

    def apply(into: Written) -> None:
        if name in into[kind]:
            item = into[kind][name]
            test = _tests_in(item.get(key) or item["indicated_by"])[at]
            test.clear()
            test.update(other)

    return Edit(f"test:{name}.{other['fact']}", apply)


def _meaning(test: Written) -> object:
    return sorted(test["in"]) if "in" in test else test


def _edit_of_counts_as(draw: st.DrawFn, written: Written) -> Edit | None:
    name = draw(st.sampled_from(sorted(written["criteria"])))
    exempt = written["criteria"][name].get("not_applicable")
    if exempt is None:
        added = {"when": _condition(draw), "counts_as": draw(st.sampled_from(("excluded", "met", "not_met")))}
        return Edit(f"exemption:{name}", lambda into: into["criteria"][name].update(not_applicable=deepcopy(added)))
    other = draw(st.sampled_from([c for c in ("excluded", "met", "not_met") if c != exempt["counts_as"]]))
    return Edit(f"counts_as:{name}", lambda into: into["criteria"][name]["not_applicable"].update(counts_as=other))


def _edit_of_judgement(draw: st.DrawFn, written: Written) -> Edit:
    name = draw(st.sampled_from(sorted(written["criteria"])))
    judgement = draw(st.sampled_from(DEPARTURES))

    def apply(into: Written) -> None:
        criterion = into["criteria"][name]
        criterion["indicated_by"] = criterion.pop("met_when")
        criterion["judgement"] = judgement

    return Edit(f"judgement:{name}", apply)


def _edit_of_mandatory(draw: st.DrawFn, written: Written) -> Edit:
    name = draw(st.sampled_from(written["members"]))
    if name in written["mandatory"]:
        return Edit(f"voluntary:{name}", lambda into: into["mandatory"].remove(name))
    return Edit(f"mandatory:{name}", lambda into: into["mandatory"].append(name))


def _edit_of_override(draw: st.DrawFn, written: Written) -> Edit:
    names = sorted(written["overrides"])
    if draw(st.booleans()) and names:
        name = draw(st.sampled_from(names))
        if draw(st.sampled_from((True, False))):
            return Edit(f"override_dropped:{name}", lambda into: into["overrides"].pop(name))
        other = "met" if written["overrides"][name]["verdict"] == "not_met" else "not_met"

        def turn(into: Written) -> None:
            if name in into["overrides"]:
                into["overrides"][name]["verdict"] = other

        return Edit(f"override_verdict:{name}", turn)
    added = _override(draw)
    return Edit("override_added:P1", lambda into: into["overrides"].update(P1=deepcopy(added)))


def _edit_of_order(draw: st.DrawFn, written: Written) -> Edit | None:
    if len(written["overrides"]) < 2:
        return None

    def apply(into: Written) -> None:
        into["overrides"] = dict(reversed(into["overrides"].items()))

    return Edit("override_order", apply)


_EDITS = (
    _edit_of_test,
    _edit_of_test,
    _edit_of_counts_as,
    _edit_of_judgement,
    _edit_of_mandatory,
    _edit_of_override,
    _edit_of_order,
)


def _group_edits(draw: st.DrawFn, written: Written) -> list[Edit]:
    """The number required, and who begins or ceases to count: as one where each alone could require too much."""
    members, required = written["members"], written["required"]
    edits: list[Edit] = []
    leaves = draw(st.sampled_from([None, *members])) if len(members) > 1 else None
    joins = draw(st.booleans())
    common = len(members) - (leaves is not None)
    number = draw(st.integers(1, common + joins))
    if leaves is not None:

        def leave(into: Written) -> None:
            into["members"].remove(leaves)
            into["mandatory"] = [name for name in into["mandatory"] if name != leaves]

        edits.append(Edit(f"dropped:{leaves}", leave))
    if joins:
        criterion = _criterion(draw)

        def join(into: Written) -> None:
            into["criteria"]["N1"] = deepcopy(criterion)
            into["members"].append("N1")

        edits.append(Edit("added:N1", join))
    if number != required:
        edits.append(Edit("required", lambda into: into.update(required=number)))
    if max(number, required) <= common or len(edits) < 2:
        return edits

    def together(into: Written) -> None:
        for edit in edits:
            edit.apply(into)

    return [Edit("+".join(sorted(edit.text for edit in edits)), together)]


@st.composite
def changes(draw: st.DrawFn, rule_edits: int = 4, facts: int = 3) -> Change:
    """A rulebook with evidence, and a few edits of either."""
    criteria = {f"C{i}": _criterion(draw) for i in range(1, 1 + draw(st.integers(1, 4)))}
    members = list(criteria)
    written: Written = {
        "criteria": criteria,
        "members": members,
        "mandatory": draw(st.lists(st.sampled_from(members), unique=True)),
        "required": draw(st.integers(1, len(members))),
        "overrides": {f"O{i}": _override(draw) for i in range(1, 1 + draw(st.integers(0, 2)))},
        "year": YEAR,
    }
    before, now = (_by_year(_evidence(draw)) for _ in range(2))
    written["stated"] = before
    read = _read(repr(written["criteria"]) + repr(written["overrides"]))
    keys = [key for key in sorted({*before, *now}) if key[0] in read and before.get(key) != now.get(key)]
    edits = [_edit_of_evidence(key, now.get(key)) for key in draw(st.permutations(keys))[:facts]]
    if draw(st.integers(0, 5)) == 0:
        edits.append(Edit("year", lambda into: into.update(year=YEAR + 1)))
    of_rule = _group_edits(draw, written) if draw(st.booleans()) else []
    for _ in range(draw(st.integers(0, rule_edits - len(of_rule)))):
        edit = draw(st.sampled_from(_EDITS))(draw, written)
        of_rule += [edit] if edit is not None else []
    return Change(written, tuple(_each_alone([*edits, *of_rule])))


def _evidence(draw: st.DrawFn) -> Stated:
    """Evidence of a truth, of most facts exact: where much is open, little turns."""
    truth = draw(TRUTHS)
    loose, full = draw(evidence(truth)), full_evidence(truth)
    left_open = draw(st.lists(st.sampled_from(sorted({*loose, *full})), max_size=2))
    derived = [name for name, fact in VOCABULARY.facts.items() if fact.derivation]
    kept = {name: one for name, one in full.items() if name not in left_open}
    return {**{name: one for name, one in loose.items() if name in left_open and name not in derived}, **kept}


def _read(conditions: str) -> list[str]:
    """The facts that some conditions name, and what those follow from, and who may depart."""
    named = [name for name in VOCABULARY.facts if f"'{name}'" in conditions]
    return [*named, *(part for name in named for part in VOCABULARY.facts[name].derived_from), *DEPARTURES]


def _each_alone(edits: Sequence[Edit]) -> list[Edit]:
    """Edits that are about different things: one of each item and kind, and none of what goes."""
    gone = {
        name
        for edit in edits
        for text in edit.text.split("+")
        for kind, _, name in [text.partition(":")]
        if kind in ("dropped", "override_dropped")
    }
    comes = any(edit.text == "override_added:P1" for edit in edits)
    kept: dict[str, Edit] = {}
    for edit in edits:
        kind, _, name = edit.text.partition(":")
        is_of_gone = name.partition(".")[0] in gone and kind not in ("dropped", "override_dropped")
        if not is_of_gone and not (kind == "override_order" and (gone or comes)):
            kept.setdefault(edit.text, edit)
    return list(kept.values())


def _edit_of_evidence(key: tuple[str, int], evidence_now: Evidence | None) -> Edit:
    def apply(into: Written) -> None:
        if evidence_now is None:
            into["stated"].pop(key, None)
        else:
            into["stated"][key] = evidence_now

    name, year = key
    return Edit(f"fact:{name}.{year}" if year else f"fact:{name}", apply)


def _by_year(stated: Stated) -> dict[tuple[str, int], Evidence]:
    flat: dict[tuple[str, int], Evidence] = {}
    for name, one in stated.items():
        flat.update({(name, 0): one} if isinstance(one, Evidence) else {(name, year): e for year, e in one.items()})
    return flat


def renamed_ids(written: Written, ids: Mapping[str, str]) -> Written:
    """The same with other ids of criteria and overrides; they keep their titles."""
    other = deepcopy(written)
    for kind in ("criteria", "overrides"):
        other[kind] = {ids.get(name, name): {**item, "called": name} for name, item in written[kind].items()}
    for kind in ("members", "mandatory"):
        other[kind] = [ids.get(name, name) for name in written[kind]]
    return other


def reordered(written: Written) -> Written:
    """The same in another order: criteria, members, the parts of conditions."""
    other = deepcopy(written)
    other["criteria"] = dict(reversed(other["criteria"].items()))
    for kind in ("members", "mandatory"):
        other[kind].reverse()
    for item in (*other["criteria"].values(), *other["overrides"].values()):
        for condition in (item, item.get("not_applicable", {})):
            for key in ("met_when", "indicated_by", "when"):
                for parts in condition.get(key, {}).values():
                    if isinstance(parts, list):
                        parts.reverse()
    return other
