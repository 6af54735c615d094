"""What a text in one language has left in it of the other one, or of what only machines know."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable

from engine.texts.catalogue import Language
from tests.danish import ENGLISH

ENGLISH_WORDS = (
    "above according after agreement all also amount an and annex any applies are as asked because before below "
    "between but by can cannot changed committee could counts criteria criterion decide decided decision did does "
    "each either empty entries entry every evidence exactly fact facts file folder follows from fulfilled had has "
    "how if is it its key least letter letters line lines made more most must neither no none nor not number of "
    "one only or other out outcome paper path places possible print read reason recorded required row rows "
    "rulebook say says settled show since stands stated than that the their them then there these they template "
    "this threshold too two undetermined unknown unless until verdict vocabulary was were what when where which "
    "who whom why with without would write year years yes you"
)
DANISH_WORDS = (
    "af aftale aftaleår alle angiv blev blevet da de dem den denne der det dets dette efter eller en "
    "enten er et fem findes fire flere fordi fra følgende før gælder har hvad hvem hver hverken hvis hvor "
    "hvordan ifølge ikke ja kan kræves kun linje mangler mappe med mellem mindre mindst mod måske nej "
    "nogen når og om omfattet opfyldt oplyst post regel regelsæt række rækker samt sig skal skriv som tal "
    "til tilbud tilbuddet uafklaret ud uden udfald ukendt ved vis vurderet vurdering være år"
)
WORDS: dict[Language, frozenset[str]] = {
    "da": frozenset(ENGLISH_WORDS.split()) | frozenset(re.findall(r"\w+", ENGLISH.pattern)),
    "en": frozenset(DANISH_WORDS.split()),
}
"""Words of the other language which none of ours in this one has."""
ALLOWED = {
    "be": "which is `bede` in short",
    "have": "which is `have` in both",
    "here": "a part of names",
    "on": "a part of names",
    "to": "which is the number 2",
}
"""English words that are Danish ones, too, and why."""
_RAW = re.compile(r"\b(?:None|True|False|[a-z0-9]+(?:_[a-z0-9]+)+)\b")
_ISO = re.compile(r"\b\d{4}-\d\d-\d\d\b")
_DRAWN = re.compile(r"<style.*?</style>|<script.*?</script>|</?[a-z][^>]*>|[│├└─═]", re.DOTALL)
_SAME = re.compile(
    r"`[^`]*`"  # what is typed or was written
    r"|^(?:Fejl: |Error: )?[^\s:]+(?::\d+)*: [a-z0-9-]+: "  # the place and the code of a diagnostic
    r"|\([a-z0-9]+(?:_[a-z0-9]+)+\)"  # an id beside its name
    r"|(?<!\w)--[a-z-]+|\bsekskant(?: [a-z-]+)+"
    r"|\S*[@/#\\]\S*|\b\w[\w-]*(?:\.[\w-]+)+",  # files, formats, rulebooks and digests
    re.MULTILINE | re.DOTALL,
)


def left_over(text: str, language: Language, verbatim: Iterable[str] = ()) -> set[str]:
    """What of a text in a language is a word of the other one, an id, a value of Python, or a day of ISO 8601.

    `verbatim` are the words of people, which are in the language in which they wrote them.

    >>> sorted(left_over("Tilbuddet is ikke most_specialised: `not_met`, None", "da"))
    ['None', 'is', 'most_specialised', 'none']
    """
    text = one_line(text)
    for said in verbatim:
        text = text.replace(said, " ")
    days = set(_ISO.findall(text)) if language == "da" else set()
    words = set(re.findall(r"\w+", text.lower())) & (WORDS[language] - set(ALLOWED))
    return words | days | set(_RAW.findall(text))


def one_line(text: str) -> str:
    """A text without its breaks, and without what is the same in both languages."""
    return " ".join(_SAME.sub(" ", html.unescape(_DRAWN.sub(" ", text))).split())
