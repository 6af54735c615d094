"""What turned a decision, and what else is otherwise in it than in the one before it, in words."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

from engine.comparison.causes import Causes
from engine.decisions.trace import Trace
from engine.explanation.causes_in_words import CauseWords, cause_word
from engine.explanation.words_and_numbers import Wording
from engine.rulebooks.rulebook import Verdict
from engine.texts.catalogue import message
from offers.recorded.history import Step, findings_before, findings_in


def turned_in_words(before: Trace, after: Trace, causes: Causes, wording: Wording) -> Iterator[str]:
    """What turned the verdict, in a word and then set by set."""
    was_open = before.verdict is Verdict.UNDETERMINED
    settled, changed = message("The outcome was settled because of"), message("The outcome changed because of")
    start = wording.render(settled if was_open else changed)
    if causes.cause is None:
        yield f"{start} {wording.gettext('not known: it cannot be decided again')}"
        return
    yield f"{start} {cause_word(causes.cause, wording)}"
    words = CauseWords((after.rulebook, before.rulebook), wording)
    yield from words.sentences(causes.sets, complete=causes.complete)


def differences_in_words(since: Step, wording: Wording) -> Iterator[str]:
    """A line for each: the rulebook, criteria and overrides with their statuses, facts with their evidence."""
    gettext, before, after = wording.gettext, since.before, since.after
    if since.rulebook:
        versions = f"{before.rulebook.version} ({before.rulebook.sha256[:8]}) → "
        versions += f"{after.rulebook.version} ({after.rulebook.sha256[:8]})"
        yield f"{gettext('Rulebook')}: {versions}"
    ids = since.ids
    was = {ids.criteria.get(c.criterion.id, c.criterion.id): wording.status(c.status) for c in before.criteria}
    now = {c.criterion.id: wording.status(c.status) for c in after.criteria}
    parts = {whole: several for whole, *several in since.split}
    for name in since.criteria:
        if name in parts:
            yield " → ".join(_in_parts((name, *parts[name]), statuses) for statuses in (was, now))
        else:
            yield f"{name}: {was.get(name, '–')} → {now.get(name, '–')}"
    applied = {ids.overrides.get(o.override.id, o.override.id): o for o in before.overrides}
    applies = {o.override.id: o for o in after.overrides}
    for name in since.overrides:
        pair = [wording.override(o.status) if o else "–" for o in (applied.get(name), applies.get(name))]
        title = (applies.get(name) or applied[name]).override.title
        yield f"{wording.text(title)}: {' → '.join(pair)}"
    for name in since.facts:
        yield _fact(name, since, wording)


def _in_parts(names: Sequence[str], statuses: Mapping[str, str]) -> str:
    """A criterion with its status, or its parts with theirs."""
    return ", ".join(f"{name}: {statuses[name]}" for name in names if name in statuses)


def _fact(name: str, since: Step, wording: Wording) -> str:
    was, now = findings_before(since.before, since.ids).get(name), findings_in(since.after).get(name)
    known = now or was
    assert known is not None
    label = wording.text(known.fact.label)
    texts = [wording.evidence(finding) if finding else "–" for finding in (was, now)]
    if texts[0] == texts[1]:
        return f"{label}: {texts[0]}{wording.gettext(' (reason or source changed)')}"
    return f"{label}: {texts[0]} → {texts[1]}"
