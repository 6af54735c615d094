"""Unicode forms by another way than `unicodedata` takes: the same texts."""

from __future__ import annotations

import itertools
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.values import unicode_forms
from engine.values.unicode_forms import Form, in_form

FORMS: list[Form] = ["NFC", "NFD", "NFKC", "NFKD"]
MARKS = "\u0301\u0323\u030a\u0327\u0345\u05b0\u3099"
"""Combining marks of different classes, which therefore change places."""
LETTERS = "aAåøeo\u1ea1\ufb01\u00bdか각\u1100\u1161\u0391\U0001d15e"
TEXTS = st.lists(st.text(MARKS + LETTERS, max_size=30) | st.text(MARKS, max_size=30) | st.text(max_size=5), max_size=6)


@given(TEXTS, st.sampled_from(FORMS))
def test_a_text_put_in_order_has_the_same_form(parts: list[str], form: Form) -> None:
    text = "".join(parts)
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(unicode_forms, "_LONG", 0)
        assert in_form(form, text) == unicodedata.normalize(form, text)


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("length", [unicode_forms._LONG, unicode_forms._LONG + 1])
def test_a_long_text_has_the_form_of_a_short_one(form: Form, length: int) -> None:
    text = ("a\u0301\u0323" * length)[:length]
    assert in_form(form, text) == unicodedata.normalize(form, text)


@pytest.mark.parametrize("sign", ["a", "\u0301"])
def test_marks_reach_unicodedata_in_their_order(sign: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What takes it long is marks that are not, which it puts in order one by one."""
    given_to = []

    def normalize(form: str, text: str) -> str:
        given_to.append(text)
        return text

    monkeypatch.setattr(unicodedata, "normalize", normalize)
    in_form("NFC", (sign + "\u0323") * 5_000)
    (text,) = given_to
    classes = [unicodedata.combining(mark) for mark in text]
    assert all(one <= other for one, other in itertools.pairwise(classes) if one and other)
