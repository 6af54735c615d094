"""Papers in PDF, which are verified as a whole: the file says at its end what it carries, and its own digest.

Both are comments, which no reader shows. After them stands once more where the file is taken apart from, so that what
readers look for at the end is there. Whatever saves the file anew leaves the comments out or does not make the digest.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import re
import zlib
from typing import NamedTuple

_CARRIED, _DIGEST = b"%sekskant-paper ", b"%sekskant-sha256 "
_END = re.compile(rb"startxref\s+(\d+)\s+%%EOF\s*\Z")
_SEALED = re.compile(
    rb"\n%sekskant-paper ([A-Za-z0-9+/=]+)\n%sekskant-sha256 ([0-9a-f]{64})\nstartxref\n(\d+)\n%%EOF\n\Z"
)
_MOST = 512 * 2**20


class SealedPdf(NamedTuple):
    """What a PDF carries, and whether all of it is as it was written."""

    carried: bytes
    is_whole: bool


def sealed(pdf: bytes, carried: bytes) -> bytes:
    r"""A PDF with what it carries, and its digest.

    >>> read_sealed(sealed(b"%PDF-1.7\nstartxref\n9\n%%EOF", b"{}"))
    SealedPdf(carried=b'{}', is_whole=True)
    """
    end = _END.search(pdf[-1024:])
    assert end is not None, "a PDF says at its end where it is taken apart from"
    packed = base64.b64encode(zlib.compress(carried, 9))
    whole = pdf + b"\n" + _CARRIED + packed + b"\n"
    digest = hashlib.sha256(whole).hexdigest().encode()
    return whole + _DIGEST + digest + b"\nstartxref\n" + end[1] + b"\n%%EOF\n"


def read_sealed(pdf: bytes) -> SealedPdf | None:
    r"""What a PDF carries; None where it carries nothing of ours.

    >>> read_sealed(sealed(b"%PDF-1.7\nstartxref\n9\n%%EOF", b"{}").replace(b"1.7", b"1.6"))
    SealedPdf(carried=b'{}', is_whole=False)
    >>> read_sealed(b"%PDF-1.7\nstartxref\n9\n%%EOF")
    """
    at = pdf.rfind(b"\n" + _CARRIED)
    if at < 0:
        return None
    match = _SEALED.fullmatch(pdf, at)
    packed = match[1] if match else pdf[at + 1 + len(_CARRIED) :].split(b"\n", 1)[0]
    try:
        carried = _unpacked(base64.b64decode(packed, validate=True))
    except (binascii.Error, zlib.error):
        return SealedPdf(b"", is_whole=False)
    if match is None:
        return SealedPdf(carried, is_whole=False)
    before = _END.search(pdf[max(0, at - 1024) : at])
    is_same = hashlib.sha256(pdf[: match.start(2) - len(_DIGEST)]).hexdigest().encode() == match[2]
    return SealedPdf(carried, is_same and before is not None and before[1] == match[3])


def _unpacked(data: bytes) -> bytes:
    """What was packed, within bounds.

    Raises:
        zlib.error: it is not whole, or too large.
    """
    unpacker = zlib.decompressobj()
    text = unpacker.decompress(data, _MOST)
    if unpacker.unconsumed_tail or not unpacker.eof:
        raise zlib.error
    return text
