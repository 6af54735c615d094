"""A part of a condition that changes nothing.

## Avoid

```yaml
any:
  - {fact: open_hours, at_least: 30}
  - {fact: open_hours, at_least: 40}
```

## Prefer

```yaml
any:
  - {fact: open_hours, at_least: 30}
```

## Why

Who has 40 has 30. The second line looks like a rule and is none; a threshold in it can be wrong for years, and no case
shows it. The rest of the whole condition is seen, over all its tests and facts, and of a criterion only the offers to
which it applies.
"""

from __future__ import annotations

from collections.abc import Iterator, Set

from engine.authoring.lints.each.constant_condition import constant_parts
from engine.authoring.lints.lint import Lint, RulebookFile
from engine.authoring.lints.meaning import Meaning
from engine.authoring.lints.places import conditions_of, parts_of_condition, step_to, without_parts
from engine.diagnostics import Diagnostic
from engine.evaluation.folding import Function
from engine.rulebooks.checker import Path
from engine.rulebooks.rulebook import Combination, Condition
from engine.texts.catalogue import Message, message


def _redundant_conditions(file: RulebookFile) -> Iterator[Diagnostic]:
    for root, condition in conditions_of(file.rulebook):
        for step, hint in redundant_parts(file.meaning, root, condition):
            words = message("this part of `{operator}` changes nothing", operator=step[-2])
            yield Diagnostic(file.at(*root, *step), "redundant-condition", words, hint)


def redundant_parts(meaning: Meaning, root: Path, condition: Condition) -> Iterator[tuple[Path, Message]]:
    """The parts that a whole condition can do without, all together, with their paths below it and what to write.

    What is constant is left out before.
    """
    constant = {path for path, *_ in constant_parts(meaning, root, condition)}
    if () not in constant:
        yield from _Pruning(meaning, meaning.asked_of(root), condition, constant).redundant()


class _Pruning:
    """Leaves out of a condition what it can do without, one part after the other, the last first."""

    def __init__(self, meaning: Meaning, asked: Function, condition: Condition, constant: Set[Path]) -> None:
        self._meaning, self._asked, self._condition = meaning, asked, condition
        self._left_out = {*constant}
        self._met = asked & meaning.condition(condition)

    def redundant(self) -> Iterator[tuple[Path, Message]]:
        """The path of each part that is left out, and what to write instead."""
        found = True
        while found:
            found = False
            for path, group in parts_of_condition((), self._condition):
                if isinstance(group, Combination) and not self._is_left_out(path):
                    for step in self._spared(path, group):
                        found = True
                        yield step, self._instead(path, group, step)

    def _is_left_out(self, path: Path) -> bool:
        return any(path[:length] in self._left_out for length in range(len(path) + 1))

    def _spared(self, path: Path, group: Combination) -> Iterator[Path]:
        """The parts of a group that the whole condition can do without, each where those before it are left out."""
        for step in reversed(self._kept(path, group)):
            without = {*self._left_out, step}
            if len(self._kept(path, group)) > 1 and self._is_same(without_parts(self._condition, without)):
                self._left_out = without
                yield step

    def _kept(self, path: Path, group: Combination) -> list[Path]:
        steps = ((*path, *step_to(group, i)) for i in range(len(group.parts)))
        return [step for step in steps if step not in self._left_out]

    def _is_same(self, condition: Condition) -> bool:
        return self._meaning.are_same(self._met, self._asked & self._meaning.condition(condition))

    def _instead(self, path: Path, group: Combination, step: Path) -> Message:
        """What decides without a part, and what to write."""
        others = [path_of[-1] for path_of in self._kept(path, group)]
        of_group = {left[len(path) :] for left in self._left_out if left[: len(path)] == path}
        alone = (
            self._meaning.condition(without_parts(group, left)) for left in (of_group - {step[len(path) :]}, of_group)
        )
        if not self._meaning.are_same(*alone):
            deciding = message("the rest of the condition decides without it")
        elif len(others) == 1:
            deciding = message("part {part} decides without it", part=int(others[0]) + 1)
        else:
            deciding = message("the other parts decide without it")
        return message("{deciding}; leave it out, or look at its thresholds and answers", deciding=deciding)


LINT = Lint("redundant-condition", "a part of a condition that changes nothing", _redundant_conditions)
