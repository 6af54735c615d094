"""Archives from outside: their parts, unpacked without trust in what they say of their own size."""

from __future__ import annotations

import errno
import lzma
import zipfile
import zlib

DAMAGED_ARCHIVE = (zipfile.BadZipFile, zlib.error, RuntimeError, ValueError, EOFError)
"""How zipfile ends where an archive is not whole, is encrypted, or asks for what it cannot do (a RuntimeError, too)."""
_MOST_TIMES = 1_032
"""Deflate packs no text into less than a part of so many."""


def unpacked(book: zipfile.ZipFile, part: zipfile.ZipInfo) -> bytes:
    """A part of an archive, however it is compressed.

    Raises:
        zipfile.BadZipFile, zlib.error, ValueError: it is not whole, or cannot be unpacked here.
        OSError: the file cannot be read.
    """
    try:
        return book.read(part)
    except (lzma.LZMAError, EOFError, RuntimeError) as error:
        raise zipfile.BadZipFile(str(error)) from error
    except OSError as error:
        if error.errno in (None, errno.EINVAL):  # bzip2 on what is not its own; a place before the file's begin
            raise zipfile.BadZipFile(str(error)) from error
        raise


def is_impossible(part: zipfile.ZipInfo, size: int) -> bool:
    """Whether a part says that it is longer than what is stored of it can unpack to, or that more of it is stored."""
    return part.compress_size > size or part.file_size > _MOST_TIMES * part.compress_size
