"""A signed head is read where it is one, and holds where its own key signed all of it."""

from __future__ import annotations

import base64
import json
import sys
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey

from engine.diagnostics import Rejected
from engine.journal.journal import Journal
from engine.journal.signature import (
    is_encrypted,
    is_signed,
    public_key_in,
    read_signed_head,
    sign,
    signature_holds,
    signed_head,
)

NONE = "the file is no `sekskant/head/1`"
TEXTS = ("journal", "signed_at", "signature")
KEYS = {"format", *TEXTS, "count", "head"}
NO_HEAD: dict[str, tuple[Any, str]] = {
    "no JSON": ("{", "the file is not JSON that can be read"),
    "a list": ([], NONE),
    "a format to come": ({"format": "sekskant/head/2"}, NONE),
    "a format of before": ({"format": "sekskant/head/0"}, NONE),
    "a key more": ({"more": "x"}, "`more` is an unknown key"),
    "a count that is a text": ({"count": "4"}, "`count` is not a number of things"),
    "a head that is none": ({"head": "x"}, "`head` is not a digest"),
    "a head that is a number": ({"head": 4}, "`head` is not a digest"),
    "a number beyond all": ({"count": 10**20}, f"the number `{10**20}` is none that canonical JSON (RFC 8785) has"),
    **{f"{key} that is a number": ({key: 4}, f"`{key}` is not a text") for key in TEXTS},
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
    with pytest.raises(Rejected, match=NONE if key == "format" else f"`{key}` is missing"):
        read_signed_head(head)


# --- keys ---

PEM, PKCS8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8
DER, INFO = serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
KEY, OTHER = Ed25519PrivateKey.generate(), X25519PrivateKey.generate()
ENCRYPTED = serialization.BestAvailableEncryption(b"secret")
ED25519, UNHEARD_OF = bytes.fromhex("06032b6570"), bytes.fromhex("06032b6501")
"""Names of kinds of keys: that of Ed25519, and one that nobody has given out."""


def unheard_of(kind: str, key: bytes) -> bytes:
    """A key as PEM, of a kind that does not exist."""
    text = base64.b64encode(key.replace(ED25519, UNHEARD_OF)).decode()
    return f"-----BEGIN {kind} KEY-----\n{text}\n-----END {kind} KEY-----\n".encode()


PLAIN = KEY.private_bytes(PEM, PKCS8, serialization.NoEncryption())
NO_PRIVATE_KEY: dict[str, tuple[bytes, str | None]] = {
    "no PEM": (b"x", None),
    "a public key": (KEY.public_key().public_bytes(PEM, INFO), None),
    "a key for something else": (OTHER.private_bytes(PEM, PKCS8, serialization.NoEncryption()), None),
    "a key of no known kind": (
        unheard_of("PRIVATE", KEY.private_bytes(DER, PKCS8, serialization.NoEncryption())),
        None,
    ),
    "no passphrase": (KEY.private_bytes(PEM, PKCS8, ENCRYPTED), None),
    "an empty passphrase": (KEY.private_bytes(PEM, PKCS8, ENCRYPTED), ""),
    "another passphrase": (KEY.private_bytes(PEM, PKCS8, ENCRYPTED), "another"),
    "a passphrase that is not needed": (PLAIN, "secret"),
}
NO_PUBLIC_KEY = {
    "no PEM": b"x",
    "a private key": PLAIN,
    "a key for something else": OTHER.public_key().public_bytes(PEM, INFO),
    "a key of no known kind": unheard_of("PUBLIC", KEY.public_key().public_bytes(DER, INFO)),
}


def message_and_hint(raised: pytest.ExceptionInfo[Rejected]) -> tuple[str, str | None]:
    (diagnostic,) = raised.value.diagnostics
    assert diagnostic.code == "signing-key"
    return diagnostic.message, diagnostic.hint


@pytest.mark.parametrize("name", NO_PRIVATE_KEY)
def test_what_is_no_private_key_is_told(name: str, tmp_path: Path) -> None:
    content, passphrase = NO_PRIVATE_KEY[name]
    (tmp_path / "key").write_bytes(content)
    with pytest.raises(Rejected) as raised:
        sign("text", tmp_path / "key", passphrase)
    assert message_and_hint(raised) == (
        "this is no private Ed25519 key in PEM that can be read",
        "`openssl genpkey -algorithm ed25519` makes one; is the passphrase right?",
    )


@pytest.mark.parametrize("name", NO_PUBLIC_KEY)
def test_what_is_no_public_key_is_told(name: str, tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(NO_PUBLIC_KEY[name])
    with pytest.raises(Rejected) as raised:
        public_key_in(tmp_path / "key")
    assert message_and_hint(raised) == (
        "this is no public Ed25519 key in PEM that can be read",
        "`openssl pkey -in KEY -pubout` writes that of a private key",
    )


@pytest.mark.parametrize(("passphrase", "encryption"), [(None, serialization.NoEncryption()), ("secret", ENCRYPTED)])
def test_a_text_is_signed_by_its_key_and_no_other_text_is(
    passphrase: str | None, encryption: serialization.KeySerializationEncryption, tmp_path: Path
) -> None:
    (tmp_path / "key").write_bytes(KEY.private_bytes(PEM, PKCS8, encryption))
    (tmp_path / "public").write_bytes(KEY.public_key().public_bytes(PEM, INFO))
    assert is_encrypted(tmp_path / "key") is (passphrase is not None)
    public, signature = sign("text", tmp_path / "key", passphrase)
    assert public == public_key_in(tmp_path / "public") == KEY.public_key().public_bytes_raw().hex()
    assert is_signed("text", public, signature, "file")
    another = Ed25519PrivateKey.generate().public_key().public_bytes_raw().hex()
    for text, key, of in [
        ("texts", public, signature),
        ("text", another, signature),
        ("text", "x", signature),
        ("text", "00", signature),
        ("text", public, "x"),
        ("text", public, "00"),
        ("text", public, ""),
    ]:
        assert not is_signed(text, key, of, "file"), (text, key, of)


def test_what_checks_signatures_is_not_installed_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "cryptography", None)
    for asked in (
        lambda: sign("text", tmp_path / "key", None),
        lambda: is_signed("text", "", "", str(tmp_path / "key")),
        lambda: public_key_in(tmp_path / "key"),
    ):
        with pytest.raises(Rejected) as raised:
            asked()
        assert message_and_hint(raised) == ("cryptography is not installed", "install `sekskant[signatures]`")
