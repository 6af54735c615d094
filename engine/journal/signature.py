"""Signatures with Ed25519 keys: of a head, which says what a journal was at a time. Keys are read and never kept."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from engine.diagnostics import Malformed, Place, rejected
from engine.documents.document import read_file
from engine.journal.form_file import read_form
from engine.journal.forms import check_form
from engine.texts.catalogue import message
from engine.values.canonical import canonical
from engine.values.json_record import JsonRecord

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

    from engine.journal.journal import Journal

FORMAT = "sekskant/head/1"
_HINT = message("`sekskant audit head --sign KEY` writes one")


def signed_head(journal: Journal, key: Path, passphrase: str | None, signed_at: str) -> str:
    """The head of a journal with a signature of it, as canonical JSON.

    Raises:
        Rejected: the key cannot be read, or is no Ed25519 key; the journal's header is damaged.
    """
    private = _private_key(key, passphrase)
    head = journal.head()
    record = {
        "format": FORMAT,
        "journal": journal.header().id,
        "count": head.entries,
        "head": head.digest,
        "signed_at": signed_at,
    }
    return canonical(record | {"signature": private.sign(canonical(record).encode()).hex()})


def is_encrypted(key: Path) -> bool:
    """Whether a key file needs a passphrase."""
    return b"ENCRYPTED" in read_file(key)


def read_signed_head(file: Path) -> JsonRecord:
    """A signed head from its file; its signature is not checked yet.

    Raises:
        Rejected: it is none.
    """
    record = read_form(read_file(file), str(file), _HINT)
    if not isinstance(record, dict) or record.get("format") != FORMAT:
        raise rejected(Place(str(file)), "receipt-form", message("the file is no `{format}`", format=FORMAT), _HINT)
    try:
        check_form(record, FORMAT)
    except Malformed as error:
        raise rejected(Place(str(file)), "receipt-form", error.words, _HINT) from None
    return record


def signature_holds(record: JsonRecord, public_key: Path) -> bool:
    """Whether a head was signed by the owner of a public key.

    Raises:
        Rejected: the key cannot be read, or is no Ed25519 key.
    """
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - an extra

    signed = canonical({name: value for name, value in record.items() if name != "signature"}).encode()
    try:
        _public_key(public_key).verify(bytes.fromhex(record["signature"]), signed)
    except (InvalidSignature, ValueError):
        return False
    return True


def sign(text: str, key: Path, passphrase: str | None) -> tuple[str, str]:
    """The public key, as 32 bytes in hexadecimal, and the signature of a text with the private key of a file.

    Raises:
        Rejected: the key cannot be read, or is no Ed25519 key.
    """
    private = _private_key(key, passphrase)
    return private.public_key().public_bytes_raw().hex(), private.sign(text.encode()).hex()


def is_signed(text: str, public_key: str, signature: str, file: str) -> bool:
    """Whether a signature of a text, which stands in a file, holds by a public key; both in hexadecimal.

    Raises:
        Rejected: what checks signatures is not installed.
    """
    _need_cryptography(Path(file))
    from cryptography.exceptions import InvalidSignature  # noqa: PLC0415 - an extra
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415

    try:
        Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_key)).verify(bytes.fromhex(signature), text.encode())
    except (InvalidSignature, ValueError):
        return False
    return True


def public_key_in(file: Path) -> str:
    """The public key in a file, as 32 bytes in hexadecimal.

    Raises:
        Rejected: the key cannot be read, or is no Ed25519 key.
    """
    return _public_key(file).public_bytes_raw().hex()


def _private_key(file: Path, passphrase: str | None) -> Ed25519PrivateKey:
    _need_cryptography(file)
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - an extra
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_private_key  # noqa: PLC0415

    secret = passphrase.encode() if passphrase else None
    try:
        key = load_pem_private_key(read_file(file), secret)
    except (ValueError, TypeError, UnsupportedAlgorithm):
        raise rejected(Place(str(file)), "signing-key", *_NO_PRIVATE_KEY) from None
    if not isinstance(key, Ed25519PrivateKey):
        raise rejected(Place(str(file)), "signing-key", *_NO_PRIVATE_KEY)
    return key


def _public_key(file: Path) -> Ed25519PublicKey:
    _need_cryptography(file)
    from cryptography.exceptions import UnsupportedAlgorithm  # noqa: PLC0415 - an extra
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415
    from cryptography.hazmat.primitives.serialization import load_pem_public_key  # noqa: PLC0415

    try:
        key = load_pem_public_key(read_file(file))
    except (ValueError, UnsupportedAlgorithm):
        raise rejected(Place(str(file)), "signing-key", *_NO_PUBLIC_KEY) from None
    if not isinstance(key, Ed25519PublicKey):
        raise rejected(Place(str(file)), "signing-key", *_NO_PUBLIC_KEY)
    return key


_NO_PRIVATE_KEY = (
    message("this is no private Ed25519 key in PEM that can be read"),
    message("`openssl genpkey -algorithm ed25519` makes one; is the passphrase right?"),
)
_NO_PUBLIC_KEY = (
    message("this is no public Ed25519 key in PEM that can be read"),
    message("`openssl pkey -in KEY -pubout` writes that of a private key"),
)


def _need_cryptography(file: Path) -> None:
    try:
        import cryptography  # noqa: F401, PLC0415 - an extra
    except ImportError:
        advice = message("install `sekskant[signatures]`")
        raise rejected(Place(str(file)), "signing-key", message("cryptography is not installed"), advice) from None
