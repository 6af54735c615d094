"""What was meant by keys that rulebooks do not have: words of other languages of rules, and of other places in ours."""

from __future__ import annotations

_AND_OR = {
    "and": "did you mean `all`?",
    "or": "did you mean `any`?",
    "none": "none of several is `not: {any: [...]}`",
    "nor": "none of several is `not: {any: [...]}`",
    "unless": "the opposite of one thing is `not: ...`",
}
_NUMBER = "did you mean `at_least`? `at_least: 2, of: [...]`"
IN_GROUP = {
    **_AND_OR,
    **dict.fromkeys(("min", "minimum", "required", "k", "count", "n"), _NUMBER),
    **dict.fromkeys(("members", "criteria", "in"), "did you mean `of`? `at_least: 2, of: [...]`"),
    **dict.fromkeys(("at_most", "max", "maximum"), "at most 2 of several is `not: {at_least: 3, of: [...]}`"),
    "below": "fewer than 2 of several is `not: {at_least: 2, of: [...]}`",
    "above": "more than 2 of several is `at_least: 3, of: [...]`",
    **dict.fromkeys(
        ("equals", "exactly"),
        "exactly 2 of several is `all: [{at_least: 2, of: [...]}, {not: {at_least: 3, of: [...]}}]`",
    ),
    **dict.fromkeys(
        ("fact", "met_when", "is"), "a rule joins criteria by their ids; a test on a fact stands in a criterion"
    ),
    **dict.fromkeys(("criterion", "id"), "a criterion stands in a group as its id alone"),
}
"""In the rule, or a group in it."""

IN_CONDITION = {
    **_AND_OR,
    **dict.fromkeys(("min", "minimum", ">=", "=>"), "did you mean `at_least`?"),
    **dict.fromkeys(("max", "maximum", "<=", "=<"), "did you mean `at_most`?"),
    **dict.fromkeys(("over", "more_than", "greater_than", "exceeds", ">"), "did you mean `above`?"),
    **dict.fromkeys(("under", "less_than", "fewer_than", "<"), "did you mean `below`?"),
    **dict.fromkeys(("value", "=", "==", "exactly"), "a number `equals` something, an answer `is` something"),
    **dict.fromkeys(("answer", "answers"), "an answer `is` something, or `in` several"),
    **dict.fromkeys(("is_not", "not_in", "not_equals", "!="), "the opposite of a test is `not: {fact: ...}` with it"),
    **dict.fromkeys(
        ("between", "range"), "two bounds are two tests: `all: [{fact: ..., at_least: 1}, {fact: ..., at_most: 2}]`"
    ),
    **dict.fromkeys(("of", "mandatory"), "conditions are joined by `all`, `any` and `not`; a rule counts criteria"),
    **dict.fromkeys(("criterion", "criteria"), "a condition tests facts; a rule joins criteria"),
}
"""In a condition."""
