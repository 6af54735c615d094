"""Two folders exchanged at once, so that there is no moment at which a name has none; where the system can do that."""

from __future__ import annotations

import ctypes
import errno
import os
import sys
from pathlib import Path

_HERE, _EXCHANGE = -100, 2
"""`AT_FDCWD`, and `RENAME_EXCHANGE` of Linux, which is `RENAME_SWAP` of macOS."""
_NOT_HERE = (errno.ENOSYS, errno.EINVAL, errno.ENOTSUP, errno.EOPNOTSUPP, errno.EPERM)
"""What systems and file systems say that cannot exchange."""


def exchange(first: Path, second: Path) -> bool:
    """Exchange the names of two folders of one file system at once; False where the system cannot do that.

    Raises:
        OSError: it can, and this time it did not; both are as they were.
    """
    names = os.fsencode(first), os.fsencode(second)
    try:
        libc = ctypes.CDLL(None, use_errno=True)
        if sys.platform == "darwin":
            failed = libc.renamex_np(*names, ctypes.c_uint(_EXCHANGE))
        else:
            failed = libc.renameat2(_HERE, names[0], _HERE, names[1], ctypes.c_uint(_EXCHANGE))
    except (AttributeError, OSError, TypeError):  # another C library, or none
        return False
    if not failed:
        return True
    if (number := ctypes.get_errno()) in _NOT_HERE:
        return False
    raise OSError(number, os.strerror(number), str(second))
