"""Where a finding stands, as SARIF says it: a reference by RFC 3986 that leads back to the file."""

from __future__ import annotations

import json
import os
import re
import shutil
from pathlib import Path
from urllib.parse import unquote_to_bytes, urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cli.rulebook.findings import address_of
from tests.command import ROOT, here

BROKEN = ROOT / "tests" / "lints" / "unused-criterion" / "broken"
ALLOWED = re.compile(r"(?:[A-Za-z0-9._~!$&'()*+,;=@/-]|%[0-9A-F]{2})+\Z")
"""What the path of a relative reference is made of; a colon could end a scheme."""
NAMES = ["æble#1%2050%.yaml", "a b?.yaml", "c:d.yaml", "[1]{2}|^`.yaml", 'quo"te.yaml', "mellemrum\u00a0og\u2003.yaml"]
PATHS = st.sampled_from(["//host/a", "/a", "/.//a"]) | st.text(
    st.characters(exclude_characters="\x00"), min_size=1, max_size=12
)


@pytest.mark.parametrize("name", NAMES)
def test_the_address_of_an_oddly_named_file_leads_to_it(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "mine regler 50%"
    folder.mkdir()
    shutil.copy(BROKEN / "vocabulary.yaml", folder)
    shutil.copy(BROKEN / "rulebook.yaml", folder / name)
    monkeypatch.chdir(tmp_path)
    ran = here("rulebook", "check", "--format", "sarif", folder.name)
    (result,) = json.loads(ran.out)["runs"][0]["results"]
    address = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert ALLOWED.match(address)
    url = urlsplit(urljoin("file:///work/", address))
    assert (url.query, url.fragment) == ("", "")
    assert Path(os.fsdecode(unquote_to_bytes(url.path))) == Path("/work", folder.name, name)


@given(PATHS)
def test_an_address_is_a_relative_reference_that_leads_back(path: str) -> None:
    address = address_of(path)
    assert ALLOWED.match(address)
    parts = urlsplit(address)
    assert (parts.scheme, parts.netloc, parts.query, parts.fragment) == ("", "", "", "")
    named = os.fsdecode(unquote_to_bytes(address))
    assert (named[2:] if named.startswith("/.//") else named) == Path(path).as_posix()


def test_a_name_that_is_no_text_has_an_address_too() -> None:
    assert address_of(os.fsdecode(b"\xe6ble.yaml")) == "%E6ble.yaml"
