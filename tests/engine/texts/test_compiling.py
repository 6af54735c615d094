"""The catalogue compiled where a source tree has none that is compiled: as Babel does it, and without Babel."""

from __future__ import annotations

import gettext
import io
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from babel.messages.catalog import Catalog
from babel.messages.mofile import write_mo
from babel.messages.pofile import write_po
from hypothesis import given
from hypothesis import strategies as st

from engine.texts.compiling import compiled_bytes, compiled_where_older, entries
from tests.catalogue import PO
from tests.command import ROOT

NEVER_IN_TEXTS = "\x00\x04\r\x85\u2028\u2029\x0b\x0c\x1c\x1d\x1e"
"""What gettext keys by, and other ends of lines, which Babel does not escape."""
TEXTS = st.text(st.characters(codec="utf-8", exclude_characters=NEVER_IN_TEXTS), min_size=1)
MESSAGES = st.lists(st.tuples(st.none() | TEXTS, TEXTS, st.none() | TEXTS, st.lists(TEXTS, min_size=2, max_size=2)))


def of(data: bytes) -> dict[object, str]:
    """What gettext finds in a compiled catalogue, but for what is said of the file itself."""
    texts: dict[object, str] = gettext.GNUTranslations(io.BytesIO(data))._catalog  # type: ignore[attr-defined]
    return {key: text for key, text in texts.items() if key}


def by_babel(catalogue: Catalog) -> bytes:
    stream = io.BytesIO()
    write_mo(stream, catalogue)
    return stream.getvalue()


def test_our_catalogue_is_compiled_as_babel_does_it() -> None:
    with PO.open(encoding="utf-8") as stream:
        assert of(compiled_bytes(entries(stream))) == of(PO.with_suffix(".mo").read_bytes())


@given(MESSAGES, st.booleans())
def test_any_catalogue_is_compiled_as_babel_does_it(
    messages: list[tuple[str | None, str, str | None, list[str]]], is_fuzzy: bool
) -> None:
    catalogue = Catalog(locale="da")
    for context, text, several, told in messages:
        one = text if several is None else (text, several)
        catalogue.add(one, told[0] if several is None else tuple(told), context=context, flags=["fuzzy"] * is_fuzzy)
    stream = io.BytesIO()
    write_po(stream, catalogue, width=0, omit_header=True)
    lines = io.StringIO(stream.getvalue().decode("utf-8"), newline="\n")
    assert of(compiled_bytes(entries(lines))) == of(by_babel(catalogue))


def test_it_is_compiled_where_it_is_not_there_or_older_and_else_not(tmp_path: Path) -> None:
    source, compiled = str(tmp_path / "a.po"), tmp_path / "a.mo"
    assert compiled_where_older(source, str(compiled)) is None
    Path(source).write_text('msgid "yes"\nmsgstr "ja"\n', encoding="utf-8")
    texts = compiled_where_older(source, str(compiled))
    assert texts is not None
    assert texts.gettext("yes") == "ja"
    assert of(compiled.read_bytes()) == {"yes": "ja"}
    assert compiled_where_older(source, str(compiled)) is None
    Path(source).write_text('msgid "yes"\nmsgstr "jo"\n', encoding="utf-8")
    os.utime(compiled, (0, 0))
    again = compiled_where_older(source, str(compiled))
    assert again is not None
    assert (again.gettext("yes"), of(compiled.read_bytes())) == ("jo", {"yes": "jo"})
    assert {path.name for path in tmp_path.iterdir()} == {"a.po", "a.mo"}


def test_where_nothing_can_be_written_the_texts_are_the_same(tmp_path: Path) -> None:
    (tmp_path / "a.po").write_text('msgid "yes"\nmsgstr "ja"\n', encoding="utf-8")
    texts = compiled_where_older(str(tmp_path / "a.po"), str(tmp_path / "nowhere" / "a.mo"))
    assert texts is not None
    assert texts.gettext("yes") == "ja"


@pytest.mark.slow
@pytest.mark.parametrize("stale", [None, b""])
def test_a_clone_speaks_danish_without_an_installation(stale: bytes | None, tmp_path: Path) -> None:
    for name in ("cli", "engine", "offers", "rules"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("*.mo", "__pycache__"))
    shutil.copy(ROOT / "hatch_build.py", tmp_path)
    if stale is not None:
        compiled = tmp_path / PO.relative_to(ROOT).with_suffix(".mo")
        compiled.write_bytes(stale)
        os.utime(compiled, (0, 0))
    code = "from cli.main import main; import sys; sys.argv = ['sekskant', '--help', '--lang', 'da']; main()"
    environment = {**os.environ, "PYTHONPATH": str(tmp_path)}
    for _ in range(2):
        ran = subprocess.run(
            [sys.executable, "-c", code], env=environment, cwd=tmp_path, capture_output=True, text=True, check=True
        )
        assert ran.stdout.startswith("Brug: sekskant"), ran.stdout
