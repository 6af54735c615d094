"""Sets of criteria and rules in clauses: each shape they can take, in both languages."""

from __future__ import annotations

import pytest

from engine.decisions.analysis import Pair, Sets
from engine.explanation.clauses import Clauses, Mood
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.language import Text
from engine.rulebooks.library import Library
from engine.rulebooks.rulebook import Count, Join, Rulebook, RulePart
from engine.texts.catalogue import Language
from engine.values.logic import Status

TOLD, _ = Library().in_force(2018)
COVERED = TOLD._replace(overrides=tuple(override._replace(offer_is=None) for override in TOLD.overrides))
M, N, U = Status.MET, Status.NOT_MET, Status.UNKNOWN
AWAY, MET_OR_AWAY = Status.NOT_APPLICABLE, Status.MET_OR_NOT_APPLICABLE
OUT, IN = "excluded_by_order", "included_by_order"
SIX = ("A1", "A2", "A3", "A4", "A5", "A6")


def clauses(language: Language, rulebook: Rulebook = COVERED) -> Clauses:
    return Clauses(rulebook, Wording(language))


def sets(*choices: dict[str, Status], complete: bool = True) -> Sets:
    return Sets(tuple(tuple(c) for c in choices), complete, tuple(tuple(c.values()) for c in choices))


def each(names: str, status: Status) -> list[dict[str, Status]]:
    return [{name: status} for name in names.split()]


PAIRS = [{"A1": M, "A2": M}, {"A1": M, "A3": M}, {"A2": M, "A3": M}]
WORDED: dict[str, tuple[Sets, Mood, str, str]] = {
    "one": (sets({"A5": N}), "is", "A5 ikke er opfyldt", "A5 is not fulfilled"),
    "two": (sets({"A4": M, "A5": M}), "were", "A4 og A5 var opfyldt", "A4 and A5 were fulfilled"),
    "either": (
        sets(*each("A4 A5", N)),
        "proves",
        "A4 eller A5 viser sig ikke at være opfyldt",
        "A4 or A5 proves not to be fulfilled",
    ),
    "some of": (
        sets(*PAIRS),
        "is",
        "mindst to af kriterierne A1, A2 og A3 er opfyldt",
        "at least two of A1, A2 and A3 are fulfilled",
    ),
    "some of all": (
        sets(*each("A1 A2 A3 A4 A5 A6", M)),
        "proves",
        "A1, A2, A3, A4, A5 eller A6 viser sig opfyldt",
        "A1, A2, A3, A4, A5 or A6 proves fulfilled",
    ),
    "some beside a shared one": (
        sets(*({"A4": M, **pair} for pair in each("A1 A2", M))),
        "proves",
        "A4 og ét af A1 og A2 viser sig opfyldt",
        "A4 and one of A1 and A2 prove fulfilled",
    ),
    "criterion and override": (
        sets({"A5": N, IN: N}),
        "is",
        "A5 ikke er opfyldt, og fordi »Medtaget efter bekendtgørelse« ikke gælder",
        "A5 is not fulfilled, and because “Included by executive order” does not apply",
    ),
    "criterion or override": (
        sets({"A4": M}, {IN: M}),
        "were",
        "A4 var opfyldt, eller hvis »Medtaget efter bekendtgørelse« gjaldt",
        "A4 were fulfilled, or if “Included by executive order” applied",
    ),
    "met and away": (
        sets({"A4": M, "A5": AWAY}),
        "is",
        "A4 er opfyldt, og fordi A5 ikke finder anvendelse",
        "A4 is fulfilled, and because A5 does not apply",
    ),
    "known in part": (
        sets({"A5": MET_OR_AWAY}),
        "is",
        "A5 er opfyldt eller ikke finder anvendelse",
        "A5 is fulfilled or does not apply",
    ),
    "applies": (sets({"A5": U}), "is", "A5 finder anvendelse", "A5 applies"),
    "uneven": (
        sets({"A1": M}, {"A2": M, "A3": M}),
        "proves",
        "A1 viser sig opfyldt, eller hvis A2 og A3 viser sig opfyldt",
        "A1 proves fulfilled, or if A2 and A3 prove fulfilled",
    ),
    "uneven of two kinds": (
        sets({"A1": M}, {"A2": M, "A3": N}),
        "were",
        "mindst ét af følgende var tilfældet: at A1 var opfyldt; at A2 var opfyldt, og at A3 ikke var opfyldt",
        "at least one of the following were so: A1 were fulfilled; A2 were fulfilled, and A3 were not fulfilled",
    ),
    "none of some": (
        sets({"A1": N}, {"A2": N, "A3": N, "A4": N}),
        "is",
        "A1 ikke er opfyldt, eller fordi hverken A2, A3 eller A4 er opfyldt",
        "A1 is not fulfilled, or because none of A2, A3 and A4 is fulfilled",
    ),
    "neither": (
        sets({OUT: N, IN: N}),
        "were",
        "hverken »Undtaget efter bekendtgørelse« eller »Medtaget efter bekendtgørelse« gjaldt",
        "neither “Excluded by executive order” nor “Included by executive order” applied",
    ),
    "shared beside alternatives of two kinds": (
        sets({"A1": M, "A2": M}, {"A1": M, IN: M}),
        "were",
        "A1 var opfyldt, og hvis enten A2 var opfyldt, eller hvis »Medtaget efter bekendtgørelse« gjaldt",
        "A1 were fulfilled, and if either A2 were fulfilled, or if “Included by executive order” applied",
    ),
    "shared beside neither": (
        sets({"A1": M, "A2": N, "A3": N}, {"A1": M, "A4": M}),
        "proves",
        "A1 viser sig opfyldt, og hvis mindst ét af følgende gælder: at hverken A2 eller A3 viser sig opfyldt; "
        "at A4 viser sig opfyldt",
        "A1 proves fulfilled, and if at least one of the following holds: neither A2 nor A3 proves fulfilled; "
        "A4 proves fulfilled",
    ),
    "several grounds": (
        sets({"A1": M, "A2": N}, {"A3": M}),
        "is",
        "hvert af følgende er nok: at A1 er opfyldt, og at A2 ikke er opfyldt; at A3 er opfyldt",
        "each of the following is enough: A1 is fulfilled, and A2 is not fulfilled; A3 is fulfilled",
    ),
    "cut off": (
        sets({"A1": M}, {"A2": M, "A3": M}, complete=False),
        "proves",
        "A1 viser sig opfyldt, eller hvis A2 og A3 viser sig opfyldt (listen er afkortet)",
        "A1 proves fulfilled, or if A2 and A3 prove fulfilled (the list is cut off)",
    ),
}


@pytest.mark.parametrize("shape", WORDED)
def test_sets_are_worded_by_their_shape(shape: str) -> None:
    sets, mood, danish, english = WORDED[shape]
    assert clauses("da").sets(sets, mood) == danish
    assert clauses("en").sets(sets, mood) == english


def test_no_more_alternatives_are_listed_than_are_read() -> None:
    uneven = [{"A1": M}, *({f"A{i}": M, f"A{j}": M} for i in (2, 3, 4) for j in (5, 6)), {"A2": M, "A3": M, "A4": M}]
    words = clauses("en").sets(sets(*uneven), "proves")
    assert words.endswith("(the list is cut off)")
    assert words.count(", or if ") == 5


ORDER = "den bekendtgørelse, som udviklingsstrategien henviser til"
ORDER_EN = "the executive order that the development strategy refers to"
OF_THE_OFFER: dict[str, tuple[Sets, Mood, str, str]] = {
    "is": (
        sets({"A4": M, OUT: N}),
        "is",
        f"A4 er opfyldt, og fordi tilbuddet ikke er undtaget efter {ORDER}",
        f"A4 is fulfilled, and because the offer is not excluded by {ORDER_EN}",
    ),
    "proves": (
        sets({"A5": N}, {IN: N}),
        "proves",
        f"A5 viser sig ikke at være opfyldt, eller hvis tilbuddet viser sig ikke at være medtaget efter {ORDER}",
        f"A5 proves not to be fulfilled, or if the offer proves not to be included by {ORDER_EN}",
    ),
    "were": (
        sets({OUT: N, IN: M}),
        "were",
        f"tilbuddet ikke var undtaget efter {ORDER}, og hvis tilbuddet var medtaget efter {ORDER}",
        f"the offer were not excluded by {ORDER_EN}, and if the offer were included by {ORDER_EN}",
    ),
    "one of two": (
        sets({OUT: M}, {IN: M}),
        "proves",
        f"tilbuddet viser sig at være undtaget efter {ORDER}, eller hvis tilbuddet viser sig at være medtaget efter "
        f"{ORDER}",
        f"the offer proves to be excluded by {ORDER_EN}, or if the offer proves to be included by {ORDER_EN}",
    ),
}


@pytest.mark.parametrize("shape", OF_THE_OFFER)
def test_an_override_that_says_what_the_offer_is_has_a_sentence(shape: str) -> None:
    sets, mood, danish, english = OF_THE_OFFER[shape]
    assert clauses("da", TOLD).sets(sets, mood) == danish
    assert clauses("en", TOLD).sets(sets, mood) == english


RULES: list[tuple[RulePart, str, str]] = [
    (
        Count(4, SIX, ("A4", "A5")),
        "mindst fire af de seks kriterier er opfyldt, herunder A4 og A5",
        "at least four of the six criteria are fulfilled, A4 and A5 among them",
    ),
    (
        Count(1, ("A1", "A2"), ()),
        "mindst ét af kriterierne A1 og A2 er opfyldt",
        "at least one of A1 and A2 is fulfilled",
    ),
    (Join("all", ("A1", "A2")), "A1 og A2 er opfyldt", "A1 and A2 are fulfilled"),
    (Join("any", ("A1", "A2")), "A1 eller A2 er opfyldt", "A1 or A2 is fulfilled"),
    (Join("not", ("A1",)), "A1 ikke er opfyldt", "A1 is not fulfilled"),
    (
        Join("any", ("A1", Join("all", ("A2", Join("not", ("A3",)))))),
        "A1 er opfyldt eller (A2 er opfyldt og (A3 ikke er opfyldt))",
        "A1 is fulfilled or (A2 is fulfilled and (A3 is not fulfilled))",
    ),
    (
        Join("not", (Join("all", ("A1", "A2")),)),
        "det ikke er sådan, at (A1 og A2 er opfyldt)",
        "it is not so that (A1 and A2 are fulfilled)",
    ),
    (
        Count(2, ("A1", Join("any", ("A2", "A3")), "A4"), ("A4",)),
        "mindst to af følgende gælder, herunder A4: A1 er opfyldt; A2 eller A3 er opfyldt; A4 er opfyldt",
        "at least two of the following hold, A4 among them: A1 is fulfilled; A2 or A3 is fulfilled; A4 is fulfilled",
    ),
]


@pytest.mark.parametrize(("part", "danish", "english"), RULES)
def test_rules_are_worded_by_their_shape(part: RulePart, danish: str, english: str) -> None:
    assert clauses("da").rule(part) == danish
    assert clauses("en").rule(part) == english


EXCLUDED: dict[str, tuple[tuple[Pair, ...], str, str]] = {
    "none": ((), "", ""),
    "two of one kind": (
        ((("A1", M), ("A2", M)),),
        "Det kan ikke forekomme samtidig: at A1 og A2 er opfyldt.",
        "Not possible together: A1 and A2 are fulfilled.",
    ),
    "whatever one is": (
        ((("A5", N), (IN, M)), (("A5", M), (IN, M))),
        "Det kan ikke forekomme samtidig: at A5 finder anvendelse, og at »Medtaget efter bekendtgørelse« gælder.",
        "Not possible together: A5 applies, and “Included by executive order” applies.",
    ),
    "several": (
        ((("A1", M), ("A2", N)), (("A2", AWAY), ("A3", N))),
        "Det kan ikke forekomme samtidig: at A1 er opfyldt, og at A2 ikke er opfyldt; "
        "at A2 ikke finder anvendelse, og at A3 ikke er opfyldt.",
        "Not possible together: A1 is fulfilled, and A2 is not fulfilled; A2 does not apply, and A3 is not fulfilled.",
    ),
    "more than are read": (
        (*tuple((("A1", M), (name, M)) for name in SIX[1:]), (("A2", M), ("A3", M)), (("A2", M), ("A4", M))),
        "Det kan ikke forekomme samtidig: at A1 og A2 er opfyldt; at A1 og A3 er opfyldt; at A1 og A4 er opfyldt; "
        "at A1 og A5 er opfyldt; at A1 og A6 er opfyldt; at A2 og A3 er opfyldt (listen er afkortet).",
        "Not possible together: A1 and A2 are fulfilled; A1 and A3 are fulfilled; A1 and A4 are fulfilled; "
        "A1 and A5 are fulfilled; A1 and A6 are fulfilled; A2 and A3 are fulfilled (the list is cut off).",
    ),
}


@pytest.mark.parametrize("name", EXCLUDED)
def test_what_cannot_occur_together_is_said(name: str) -> None:
    pairs, danish, english = EXCLUDED[name]
    assert (clauses("da").excluded(pairs), clauses("en").excluded(pairs)) == (danish, english)


def test_a_group_that_has_a_name_is_called_by_it() -> None:
    means = Join("any", ("A5", "A6"), "means", Text(da="Særlige midler", en="Special means"))
    rule = Count(2, ("A1", "A2", means), ("means",))
    rulebook = TOLD._replace(rule=TOLD.rule._replace(group=rule))
    assert Clauses(rulebook, Wording("da")).rule(rule) == (
        "mindst to af følgende gælder, herunder »Særlige midler«: A1 er opfyldt; A2 er opfyldt; "
        "»Særlige midler« (A5 eller A6 er opfyldt)"
    )
    assert Clauses(rulebook, Wording("en")).rule(rule) == (
        "at least two of the following hold, “Special means” among them: A1 is fulfilled; A2 is fulfilled; "
        "“Special means” (A5 or A6 is fulfilled)"
    )
