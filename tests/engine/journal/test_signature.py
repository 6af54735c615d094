"""A signed head is read where it is one, and holds where its own key signed all of it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from engine.diagnostics import Rejected
from engine.journal.journal import Journal
from engine.journal.signature import KEYS, read_signed_head, signature_holds, signed_head

TYPES, NONE = "`count` is a number, all else a text", "the file is no `sekskant/head/1`"
NO_HEAD: dict[str, tuple[Any, str]] = {
    "no JSON": ("{", NONE),
    "a list": ([], NONE),
    "another format": ({"format": "sekskant/head/2"}, NONE),
    "a key more": ({"more": "x"}, NONE),
    "a count that is a text": ({"count": "4"}, TYPES),
    **{f"{key} that is a number": ({key: 4}, TYPES) for key in sorted(KEYS - {"count", "format"})},
}


@pytest.fixture(scope="module")
def keys(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A private key and its public one."""
    folder, key = tmp_path_factory.mktemp("keys"), Ed25519PrivateKey.generate()
    pem, form = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
    (folder / "key.pem").write_bytes(key.private_bytes(pem, form, serialization.NoEncryption()))
    public = serialization.PublicFormat.SubjectPublicKeyInfo
    (folder / "key.pub").write_bytes(key.public_key().public_bytes(pem, public))
    return folder / "key.pem", folder / "key.pub"


@pytest.fixture
def head(keys: tuple[Path, Path], whole: Path, tmp_path: Path) -> Path:
    with Journal(str(whole)) as journal:
        (tmp_path / "head.json").write_text(signed_head(journal, keys[0], None, "2031-01-01"))
    return tmp_path / "head.json"


def test_a_head_that_was_signed_holds_and_no_other(head: Path, keys: tuple[Path, Path]) -> None:
    record = read_signed_head(head)
    assert set(record) == KEYS
    assert signature_holds(record, keys[1])
    for key in KEYS - {"signature", "count"}:
        assert not signature_holds(record | {key: f"{record[key]}x"}, keys[1]), key
    for altered in ({"count": record["count"] + 1}, {"signature": "00"}, {"signature": "x"}, {"signature": ""}):
        assert not signature_holds(record | altered, keys[1]), altered


@pytest.mark.parametrize("name", NO_HEAD)
def test_what_is_no_signed_head_says_why(name: str, head: Path) -> None:
    altered, message = NO_HEAD[name]
    if isinstance(altered, dict):
        altered = json.loads(head.read_text()) | altered
    head.write_text(altered if isinstance(altered, str) else json.dumps(altered))
    with pytest.raises(Rejected) as raised:
        read_signed_head(head)
    assert [d.message for d in raised.value.diagnostics] == [message]


@pytest.mark.parametrize("key", sorted(KEYS))
def test_a_head_with_a_key_less_is_none(key: str, head: Path) -> None:
    record = json.loads(head.read_text())
    head.write_text(json.dumps({name: value for name, value in record.items() if name != key}))
    with pytest.raises(Rejected, match=NONE):
        read_signed_head(head)
