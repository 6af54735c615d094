"""Signed heads."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import rfc8785
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.asymmetric.rsa import generate_private_key

from tests.command import Ran, here
from tests.journals import copied, edited, record

RIGHT = "open sesame"
PEM, PKCS8 = serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A journal, and a key pair with and without a passphrase."""
    folder = tmp_path_factory.mktemp("signature")
    record(str(folder / "whole.db"))
    key = Ed25519PrivateKey.generate()
    plain, locked = serialization.NoEncryption(), serialization.BestAvailableEncryption(RIGHT.encode())
    (folder / "key.pem").write_bytes(key.private_bytes(PEM, PKCS8, plain))
    (folder / "locked.pem").write_bytes(key.private_bytes(PEM, PKCS8, locked))
    public = serialization.PublicFormat.SubjectPublicKeyInfo
    (folder / "key.pub").write_bytes(key.public_key().public_bytes(PEM, public))
    (folder / "other.pub").write_bytes(Ed25519PrivateKey.generate().public_key().public_bytes(PEM, public))
    rsa = generate_private_key(65537, 2048)
    (folder / "rsa.pem").write_bytes(rsa.private_bytes(PEM, PKCS8, plain))
    return folder


def audit(path: Path, *arguments: str, passphrase: str = "") -> Ran:
    secret = {"SEKSKANT_PASSPHRASE": passphrase} if passphrase else {}
    return here("audit", *arguments, environment={"SEKSKANT_JOURNAL": str(path), **secret})


@pytest.fixture
def signed(folder: Path, tmp_path: Path) -> Path:
    file = tmp_path / "head.json"
    file.write_text(audit(folder / "whole.db", "head", "--sign", str(folder / "key.pem")).out)
    return file


def verified(path: Path, signed: Path, key: Path, *more: str) -> Ran:
    return audit(path, "verify", "--signed", str(signed), "--public-key", str(key), *more)


def test_a_signed_head_is_verified_with_the_public_key(folder: Path, signed: Path) -> None:
    assert rfc8785.dumps(json.loads(signed.read_text())).decode() + "\n" == signed.read_text()
    ran = verified(folder / "whole.db", signed, folder / "key.pub")
    assert (ran.code, ran.err) == (0, "")
    assert "cut off" not in ran.out


def test_a_signed_head_notices_a_cut_off_tail(folder: Path, signed: Path, tmp_path: Path) -> None:
    path = copied(folder / "whole.db", tmp_path / "journal.db")
    with edited(path) as connection:
        connection.execute("DELETE FROM entries WHERE number = 8")
    ran = verified(path, signed, folder / "key.pub")
    assert ran.code == 4
    assert "The end was cut off: entry 8 is missing." in ran.out


@pytest.mark.parametrize(("name", "value"), [("count", 7), ("head", "0" * 64), ("signature", "00"), ("signature", "x")])
def test_an_altered_head_does_not_hold(name: str, value: object, folder: Path, signed: Path) -> None:
    signed.write_text(json.dumps(json.loads(signed.read_text()) | {name: value}))
    ran = verified(folder / "whole.db", signed, folder / "key.pub")
    assert (ran.code, ran.out) == (4, "")
    assert "the signature does not hold" in ran.err


def test_another_key_or_journal_does_not_hold(folder: Path, signed: Path, tmp_path: Path) -> None:
    assert verified(folder / "whole.db", signed, folder / "other.pub", "--lang", "da").code == 4
    other = tmp_path / "other.db"
    record(str(other))
    ran = verified(other, signed, folder / "key.pub")
    assert ran.code == 4
    assert "the head of another journal was signed" in ran.err


def test_a_key_with_a_passphrase_signs(folder: Path) -> None:
    whole, locked = folder / "whole.db", str(folder / "locked.pem")
    ran = audit(whole, "head", "--sign", locked, passphrase=RIGHT)
    assert json.loads(ran.out)["count"] == 8
    wrong = audit(whole, "head", "--sign", locked, passphrase=RIGHT[:-1])
    assert (wrong.code, wrong.out) == (1, "")
    assert "signing-key" in wrong.err
    assert "is the passphrase right?" in wrong.err


@pytest.mark.parametrize("name", ["rsa.pem", "key.pub", "whole.db", "nowhere.pem"])
def test_what_is_no_key_is_said(name: str, folder: Path) -> None:
    ran = audit(folder / "whole.db", "head", "--sign", str(folder / name))
    assert (ran.code, ran.out) == (1, "")
    assert ran.err.startswith(str(folder / name))
    assert "Traceback" not in ran.err


NO_HEAD = "the file is no `sekskant/head/1`"
NOT_ONE = {
    "": "the file is not JSON that can be read",
    "{}": NO_HEAD,
    "[1]": NO_HEAD,
    '{"format": "sekskant/head/1"}': "`journal` is missing; `count` is missing; `head` is missing; ",
}


@pytest.mark.parametrize("text", NOT_ONE)
def test_what_is_no_signed_head_is_said(text: str, folder: Path, tmp_path: Path) -> None:
    file = tmp_path / "head.json"
    file.write_text(text)
    ran = verified(folder / "whole.db", file, folder / "key.pub")
    assert ran.code == 1
    assert f"{file}: receipt-form: {NOT_ONE[text]}" in ran.err
    assert audit(folder / "whole.db", "verify", "--signed", str(file)).code == 2
