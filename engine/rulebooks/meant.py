"""What was meant by keys that rulebooks do not have: words of other languages of rules, and of other places in ours."""

from __future__ import annotations

from engine.texts.catalogue import Message, message

_AND_OR: dict[str, Message] = {
    "and": message("did you mean `all`?"),
    "or": message("did you mean `any`?"),
    "none": message("none of several is `not: {{any: [...]}}`"),
    "nor": message("none of several is `not: {{any: [...]}}`"),
    "unless": message("the opposite of one thing is `not: ...`"),
}
_NUMBER = message("did you mean `at_least`? `at_least: 2, of: [...]`")
IN_GROUP: dict[str, Message] = {
    **_AND_OR,
    **dict.fromkeys(("min", "minimum", "required", "k", "count", "n"), _NUMBER),
    **dict.fromkeys(("members", "criteria", "in"), message("did you mean `of`? `at_least: 2, of: [...]`")),
    **dict.fromkeys(
        ("at_most", "max", "maximum"), message("at most 2 of several is `not: {{at_least: 3, of: [...]}}`")
    ),
    "below": message("fewer than 2 of several is `not: {{at_least: 2, of: [...]}}`"),
    "above": message("more than 2 of several is `at_least: 3, of: [...]`"),
    **dict.fromkeys(
        ("equals", "exactly"),
        message("exactly 2 of several is `all: [{{at_least: 2, of: [...]}}, {{not: {{at_least: 3, of: [...]}}}}]`"),
    ),
    **dict.fromkeys(
        ("fact", "met_when", "is"),
        message("a rule joins criteria by their ids; a test on a fact stands in a criterion"),
    ),
    "criterion": message("a criterion stands in a group as its id alone"),
    **dict.fromkeys(("name", "label"), message("a group is named by `id` and `title`")),
}
"""In the rule, or a group in it."""

IN_CONDITION: dict[str, Message] = {
    **_AND_OR,
    **dict.fromkeys(("min", "minimum", ">=", "=>"), message("did you mean `at_least`?")),
    **dict.fromkeys(("max", "maximum", "<=", "=<"), message("did you mean `at_most`?")),
    **dict.fromkeys(("over", "more_than", "greater_than", "exceeds", ">"), message("did you mean `above`?")),
    **dict.fromkeys(("under", "less_than", "fewer_than", "<"), message("did you mean `below`?")),
    **dict.fromkeys(("value", "=", "==", "exactly"), message("a number `equals` something, an answer `is` something")),
    **dict.fromkeys(("answer", "answers"), message("an answer `is` something, or `in` several")),
    **dict.fromkeys(
        ("is_not", "not_in", "not_equals", "!="), message("the opposite of a test is `not: {{fact: ...}}` with it")
    ),
    **dict.fromkeys(
        ("between", "range"),
        message("two bounds are two tests: `all: [{{fact: ..., at_least: 1}}, {{fact: ..., at_most: 2}}]`"),
    ),
    **dict.fromkeys(("members", "conditions"), message("did you mean `of`? `at_least: 2, of: [...]`")),
    **dict.fromkeys(("required", "k", "count", "n"), message("how many of several: `at_least: 2, of: [...]`")),
    **dict.fromkeys(("criterion", "criteria"), message("a condition tests facts; a rule joins criteria")),
}
"""In a condition."""

NAMED_FACT = message(
    "a fact stands here by its name: what is put together is declared as one, `derived: {{sum: {{of: [one, other]}}}}`"
)
"""Where arithmetic was written within what a number is made of."""
SEVERAL_WRITTEN = message("`of: [one, other]`, or `of: fact` with `years: [...]`")
"""Where several numbers belong."""
NO_FORMULA = message(
    "each step is a fact of its own, such as `sum: {{of: [one, other]}}` and `ratio: {{of: one, to: other}}`"
)
"""Where a formula was written."""
IN_RATIO: dict[str, Message] = dict.fromkeys(("by", "divided_by", "over"), message("did you mean `to`?"))
"""In a quotient."""
IN_DERIVED: dict[str, Message] = {
    **dict.fromkeys(("min", "minimum", "smallest"), message("did you mean `least`?")),
    **dict.fromkeys(("max", "maximum", "greatest"), message("did you mean `largest`?")),
    **dict.fromkeys(("add", "plus", "total"), message("did you mean `sum`?")),
    **dict.fromkeys(("minus", "subtract", "less"), message("did you mean `difference`?")),
    **dict.fromkeys(("average", "avg"), message("did you mean `mean`?")),
    **dict.fromkeys(("quotient", "divide", "division", "share", "percentage"), message("did you mean `ratio`?")),
    **dict.fromkeys(("formula", "expression"), NO_FORMULA),
}
"""In how a fact follows from others."""

_FORMAT_2 = message("a version as changes to the one before is `format: sekskant/rulebook/2`")
IN_FORMAT_1: dict[str, Message] = dict.fromkeys(("changes", "based_on", "extends", "from_version"), _FORMAT_2)
"""In a rulebook of the first format."""

IN_WHOLE: dict[str, Message] = {
    "changes": message("name the version before: `based_on: ...`"),
    **dict.fromkeys(("extends", "from_version"), message("did you mean `based_on`?")),
}
"""In a rulebook in full."""

IN_CHANGES: dict[str, Message] = {
    "criteria": message("criteria that are others than before stand in `changes`"),
    **dict.fromkeys(("extends", "from_version", "former"), message("did you mean `based_on`?")),
}
"""In a version as changes to the one before."""

_DROPPED = message("a criterion is taken out by `dropped: true`")
IN_CHANGE: dict[str, Message] = {
    **dict.fromkeys(("removed", "deleted", "drop", "taken_out"), _DROPPED),
    **dict.fromkeys(("split", "parts", "into"), message("did you mean `split_into`?")),
    **dict.fromkeys(("new", "add"), message("a new criterion is `added: {{title: ..., met_when: ...}}`")),
    "before": message("a new criterion stands `after` another one"),
    **dict.fromkeys(
        ("at_least", "below", "above", "at_most", "threshold", "fact"),
        message("a condition is said anew as a whole: `met_when: {{fact: ..., at_least: ...}}`"),
    ),
    "mandatory": message("who is mandatory stands in `rule`"),
}
"""In a change of a criterion."""
