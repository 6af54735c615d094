"""Whatever parts of two rulebooks are mixed, it is a rulebook, and nothing and everything changed are the two."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from engine.comparison.causes import CauseFinder, Situation
from engine.comparison.mixture import mixture
from engine.comparison.plain_rulebook import aligned
from engine.decisions.decide import Decider
from engine.diagnostics import Rejected
from engine.evaluation.evidence import Stated
from engine.evaluation.program import compile_rulebook
from engine.rulebooks.rulebook import Count, Rulebook, Verdict, groups_in, name_of
from tests.chance import tried
from tests.engine.random_rulebooks import YEAR, Example, examples
from tests.support import SUBJECT


def verdict_by(rulebook: Rulebook, stated: Stated) -> Verdict | None:
    facts = {fact.id: fact for fact in compile_rulebook(rulebook).facts_read}
    read = rulebook._replace(vocabulary=rulebook.vocabulary._replace(facts=facts))
    try:
        return Decider(read, is_checked=False).decide(SUBJECT, stated, YEAR).verdict
    except Rejected:
        return None


@given(examples(), examples(), st.data())
@tried(60)
def test_every_mixture_is_a_rulebook(one: Example, other: Example, data: st.DataObject) -> None:
    pair = aligned(one.rulebook, other.rulebook)
    atoms = mixture(pair).atoms
    chosen = data.draw(st.lists(st.sampled_from(atoms), unique=True)) if atoms else []
    mixed = mixture(pair, {part for atom in chosen for part in atom})
    assert mixed.atoms == atoms
    ids = [criterion.id for criterion in mixed.rulebook.criteria]
    assert len({*ids}) == len(ids)
    for group in groups_in(mixed.rulebook.rule.group):
        members = group.members if isinstance(group, Count) else group.parts
        names = [member for member in members if isinstance(member, str)]
        assert members
        assert len({*names}) == len(names)
        assert {*names} <= {*ids}
        if isinstance(group, Count):
            assert 1 <= group.required <= len(members)
            assert {*group.mandatory} <= {*map(name_of, members)}
    read = compile_rulebook(mixed.rulebook).facts_read
    assert [*mixed.rulebook.vocabulary.facts.values()] == sorted(read, key=lambda fact: fact.id)


@given(examples(), examples())
@tried(60)
def test_nothing_and_everything_changed_are_the_two(one: Example, other: Example) -> None:
    causes = CauseFinder(one.rulebook, other.rulebook, limit=1).causes(
        Situation(one.tight, YEAR), Situation(other.tight, YEAR)
    )
    expected = verdict_by(one.rulebook, one.tight), verdict_by(other.rulebook, other.tight)
    assert (causes.before, causes.now) == expected
