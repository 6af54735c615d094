"""The encoding of a text: as it was written, or a question; never another text."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from engine.diagnostics import Rejected
from offers.tables import encoding
from offers.tables.encoding import encoding_of
from tests.chance import tried

WORDS = ["Søgård", "Rækkehuset", "Ældre", "Øen", "Århus", "Malmö", "Café", "børn", "§ 104", "½ år", "plads", "Blåbær’s"]
ENCODINGS = ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1252", "cp850", "cp865", "mac_roman"]


def read(content: bytes, said: str | None = None) -> str:
    with TemporaryDirectory() as folder:
        path = Path(folder) / "register.csv"
        path.write_bytes(content)
        return content.decode(encoding_of(path, "register.csv", said).codec)


def read_or_asked(content: bytes) -> str | None:
    """The text; None where there is a question about it."""
    try:
        return read(content).removeprefix("\ufeff")
    except Rejected:
        return None


@tried(300)
@given(
    words=st.lists(st.sampled_from(WORDS), min_size=1, max_size=12),
    codec=st.sampled_from(ENCODINGS),
    block=st.sampled_from([1, 3, 2**22]),
)
def test_a_danish_text_is_read_as_it_was_written_or_asked_about(words: list[str], codec: str, block: int) -> None:
    text = "id;navn\n" + "\n".join(words)
    try:
        content = text.encode(codec)
    except UnicodeEncodeError:
        assume(False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(encoding, "_BLOCK", block)
        read_text = read_or_asked(content)
    assert read_text == text if codec in ENCODINGS[:5] else read_text in (text, None)


@pytest.mark.parametrize("codec", ENCODINGS)
def test_many_danish_words_leave_no_question(codec: str) -> None:
    text = "id;navn\n" + "\n".join(WORDS[:4] * 30)
    assert read(text.encode(codec)).removeprefix("\ufeff") == text


def test_two_encodings_that_differ_in_a_name_are_a_question() -> None:
    content = "id;navn\n1;x\n2;Århus\n".encode("mac_roman")
    with pytest.raises(Rejected) as caught:
        read(content)
    assert str(caught.value) == (
        "register.csv:3:1: not-utf-8: the text may be cp850 (`ürhus`) or Mac Roman (`Århus`)\n"
        "  hint: name the encoding with `--encoding cp850` or `--encoding mac_roman`"
    )
    assert "Århus" in read(content, "mac_roman")


def test_one_bad_byte_in_a_text_of_utf_8_garbles_nothing() -> None:
    content = "id;navn\n1;Søgård\n2;blå\n".encode() + b"3;r\xf8d\n"
    with pytest.raises(Rejected) as caught:
        read(content)
    assert str(caught.value) == (
        "register.csv:4:1: not-utf-8: the text is not UTF-8, and reads like Danish in none of the encodings that are "
        "used for it\n  hint: save it as UTF-8, or name its encoding with `--encoding`"
    )


def test_a_long_word_takes_time_that_grows_with_its_length() -> None:
    """One that goes back over a million letters, looking for one beyond ASCII, would take minutes."""
    letters = "x" * 1_000_000
    assert read(f"id;navn\n1;{letters}\n2;Ældre\n".encode("cp1252")).endswith("2;Ældre\n")
