"""Whether a file lies on a network drive, where SQLite cannot keep the writers of several machines apart."""

from __future__ import annotations

import re
import sys
from pathlib import Path

_MOUNTS = Path("/proc/self/mountinfo")
_NETWORK = re.compile(
    r"(nfs|cifs|smb|afs|ncpfs|9p|ceph|lustre|beegfs|gpfs|fuse\.(sshfs|rclone|s3fs|gvfsd|glusterfs|smbnetfs))"
)
_REMOTE = 4
"""What Windows calls the drive of another machine."""


def network_file_system(path: Path) -> str | None:
    """The kind of network drive on which a file lies, or would; None where it lies on none, or nobody can tell."""
    try:
        resolved = path.absolute().resolve()
    except (OSError, ValueError, RuntimeError):  # which is said when it is opened
        return None
    if sys.platform == "win32":
        return _of_windows(resolved)
    try:
        mounts = _MOUNTS.read_text(encoding="utf-8", errors="surrogateescape")
    except OSError:
        return None
    name = file_system_at(resolved, mounts)
    return name if name and _NETWORK.match(name) else None


def file_system_at(path: Path, mounts: str) -> str | None:
    r"""The file system of a path by what Linux says of its mounts (proc_pid_mountinfo(5)).

    >>> root, drive = "22 1 8:1 / / rw - ext4 /dev/sda1 rw", r"40 22 0:41 / /mnt/x\040y rw shared:1 - cifs //x rw"
    >>> mounts = f"{root}\n{drive}"
    >>> file_system_at(Path("/mnt/x y/decisions.db"), mounts), file_system_at(Path("/mnt/x"), mounts)
    ('cifs', 'ext4')
    """
    best, name = -1, None
    for line in mounts.splitlines():
        before, _, after = line.partition(" - ")
        if len(fields := before.split(" ")) > 4 and after:
            point = Path(re.sub(r"\\([0-7]{3})", lambda octal: chr(int(octal[1], 8)), fields[4]))
            # Of those at one point the last hides the others.
            if path.is_relative_to(point) and len(point.parts) >= best:
                best, name = len(point.parts), after.split(" ")[0]
    return name


def _of_windows(path: Path) -> str | None:
    import ctypes  # noqa: PLC0415 - only there

    drive = path.drive
    kind = ctypes.windll.kernel32.GetDriveTypeW(f"{drive}\\")  # type: ignore[attr-defined,unused-ignore]
    return "SMB" if drive.startswith("\\\\") or kind == _REMOTE else None
