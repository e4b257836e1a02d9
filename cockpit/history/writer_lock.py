"""Which process of this host writes: whoever holds a lock on a file.

The kernel drops the lock of a process that dies, so there is nothing to clean up. A recorder goes
before a cockpit: recorders hold a second lock, shared among them, and a cockpit that sees it held
neither takes the first one nor keeps it.
"""

import os
from pathlib import Path
from typing import Final, Literal

import msgspec

from cockpit.history.errors import HistoryError
from cockpit.history.layout import Folder
from cockpit.storage.locks import EXCLUSIVE, SHARED, is_at, is_free, open_lock, try_lock

Role = Literal["cockpit", "recorder"]

NETWORK: Final = frozenset(
    {
        "nfs", "nfs4", "cifs", "smb", "smb2", "smb3", "smbfs", "ncpfs", "afs", "9p", "ceph",
        "glusterfs", "lustre", "beegfs", "gpfs", "ocfs2", "gfs2", "fuse.sshfs", "fuse.glusterfs",
        "fuse.rclone", "fuse.s3fs", "fuse.ceph", "davfs", "fuse.davfs2", "vboxsf", "prl_fs",
    }
)  # fmt: skip
"""File systems whose locks another host may not see. A virtual machine's shared folder is one."""

MOUNTS: Final = Path("/proc/self/mounts")


class Writer(msgspec.Struct, frozen=True, kw_only=True):
    """Who writes, since when."""

    pid: int
    since_ns: int
    role: Role = "cockpit"


def network_file_system(folder: Path, mounts: Path = MOUNTS) -> str | None:
    """The kind of network file system that the folder is on; None for a disk of this host.

    The mount with the longest path that leads to the folder counts, the last of equals. Where the
    list of mounts cannot be read (another system than Linux), None.
    """
    try:
        lines = mounts.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return None
    resolved = folder.resolve()
    longest, kind = -1, ""
    for line in lines:
        words = line.split()
        if len(words) < 3:
            continue
        point = Path(words[1].replace("\\040", " ").replace("\\011", "\t"))
        if resolved.is_relative_to(point) and len(point.parts) >= longest:
            longest, kind = len(point.parts), words[2]
    return kind if kind in NETWORK else None


def refuse_network(folder: Path, mounts: Path = MOUNTS) -> None:
    """HistoryError if the folder is on another host: locks over a network are not to be trusted."""
    kind = network_file_system(folder, mounts)
    if kind is not None:
        raise HistoryError(
            f"{folder}: is on a network file system ({kind}), whose locks are not to be trusted; "
            "history is off: set COCKPIT_HOME to a folder on this host's own disk"
        )


class WriterLock:
    """One contender. `try_take` and `must_yield` are asked every second or so."""

    def __init__(self, folder: Folder, role: Role) -> None:
        self._folder = folder
        self._role: Role = role
        self._writer_fd: int | None = None
        self._recorder_fd: int | None = None

    @property
    def is_held(self) -> bool:
        return self._writer_fd is not None

    def try_take(self, pid: int, now_ns: int) -> bool:
        """True if this process writes from now on, or already does. OSError if there is no disk."""
        if self._role == "recorder":
            self._announce()
        elif self._recorder_waits():
            return False
        if self._writer_fd is not None:
            if is_at(self._writer_fd, self._folder.writer_lock):
                return True
            # The folder was removed: what we hold is a lock that nobody else can see.
            self.release()
        fd = open_lock(self._folder.writer_lock)
        if not try_lock(fd, EXCLUSIVE):
            os.close(fd)
            return False
        note = msgspec.json.encode(Writer(pid=pid, since_ns=now_ns, role=self._role))
        try:
            os.ftruncate(fd, 0)
            os.pwrite(fd, note, 0)
        except OSError:
            os.close(fd)
            raise
        self._writer_fd = fd
        return True

    def must_yield(self) -> bool:
        """True for a cockpit that writes while a recorder runs: it releases, the recorder takes."""
        return self._role == "cockpit" and self.is_held and self._recorder_waits()

    def release(self) -> None:
        """Let another one write. A recorder that only lost its disk still goes first."""
        if self._writer_fd is not None:
            os.close(self._writer_fd)
            self._writer_fd = None

    def leave(self) -> None:
        """Contend no longer."""
        self.release()
        if self._recorder_fd is not None:
            os.close(self._recorder_fd)
            self._recorder_fd = None

    def _announce(self) -> None:
        if self._recorder_fd is not None:
            if is_at(self._recorder_fd, self._folder.recorder_lock):
                return
            os.close(self._recorder_fd)
            self._recorder_fd = None
        fd = open_lock(self._folder.recorder_lock)
        if try_lock(fd, SHARED):
            self._recorder_fd = fd
        else:
            os.close(fd)

    def _recorder_waits(self) -> bool:
        return not is_free(self._folder.recorder_lock, EXCLUSIVE)


def current_writer(folder: Folder) -> Writer | None:
    """Who writes now; None if nobody does. Creates nothing."""
    path = folder.writer_lock
    if is_free(path, SHARED):
        return None
    try:
        return msgspec.json.decode(path.read_bytes(), type=Writer)
    except (OSError, msgspec.DecodeError):
        # Locked a moment ago and not yet signed.
        return None
